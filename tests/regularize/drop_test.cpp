// Dropout, DropBlock, stochastic depth and ShakeDrop against published code, given its masks.
#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include "temper/core/error.h"
#include "temper/regularize/drop_block.h"
#include "temper/regularize/dropout.h"
#include "temper/regularize/shake_drop.h"
#include "temper/regularize/stochastic_depth.h"
#include "tests/support/golden.h"
#include "tests/support/options.h"
#include "tests/support/tensor.h"

namespace temper::regularize {
namespace {

using Form = std::variant<Dropout, SpatialDropout, GaussianDropout, DropBlock>;
using temper::testing::tensor;

bool agree(const at::Tensor& found, const at::Tensor& expected) {
  return at::allclose(found, expected, 1e-12, 1e-12);
}

class DropGolden : public ::testing::Test {
 protected:
  nlohmann::json golden = temper::testing::golden("regularize/drop.json");
  at::Tensor x = tensor(golden["x"]);
};

TEST_F(DropGolden, DropBlocksAreTimmsAndTensorFlows) {
  for (const auto& expected : golden["drop_block"]) {
    const auto options =
        std::get<DropBlock>(temper::testing::alternative<Form>("drop_block", expected["options"]));
    const auto centres = tensor(expected["centres"]);
    // timm guards its division by the number of kept elements with 1e-7.
    EXPECT_TRUE(at::allclose(x.mul(block_noise(options, centres)), tensor(expected["y"]), 1e-7))
        << expected["options"];
    if (!expected.contains("gamma")) continue;
    EXPECT_NEAR(centre_rate(options, x.size(2), x.size(3)), expected["gamma"], 1e-15);
  }
}

TEST_F(DropGolden, StochasticDepthScalesAsTimmAndTorchvisionDo) {
  for (const auto& expected : golden["depth"]) {
    const auto scaling =
        expected["name"] == "timm_unscaled" ? DepthScaling::test : DepthScaling::inverted;
    const auto scale = branch_scale(scaling, expected["rate"], /*training=*/true);
    const auto kept = tensor(expected["kept"]).reshape({-1, 1, 1, 1});
    EXPECT_TRUE(agree(x.mul(kept.mul(scale)), tensor(expected["y"]))) << expected["name"];
  }
}

TEST_F(DropGolden, DropoutScalesAsTorchDoes) {
  const auto& expected = golden["dropout"];
  const double rate = expected["rate"];
  const auto noise_found = noise(Dropout{.rate = rate}, x, {});
  const auto kept = noise_found.ne(0).to(at::kDouble);
  EXPECT_TRUE(agree(tensor(expected["y"]), x * tensor(expected["kept"]) / (1 - rate)));
  EXPECT_TRUE(agree(noise_found, kept / (1 - rate)));
}

TEST_F(DropGolden, BlocksHaveThePublishedRates) {
  const auto stages = golden["stages"].get<std::vector<std::int64_t>>();
  const auto places = depths(stages);
  const double rate = golden["rates"]["rate"];
  for (const auto name : EnumNames<DepthRule>::value) {
    if (name == "uniform") continue;
    DepthRule rule{};
    temper::testing::set(slot(rule), std::string(name));
    const auto expected = golden["rates"][std::string(name)].get<std::vector<double>>();
    ASSERT_EQ(places.size(), expected.size());
    double depth = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
      EXPECT_NEAR(drop_rate(rule, rate, places[i]), expected[i], 1e-7) << name << " " << i;
      depth += 1 - expected[i];
    }
    EXPECT_NEAR(expected_depth(rule, rate, stages), depth, 1e-6) << name;
  }
}

TEST_F(DropGolden, ShakeDropIsItsAutogradFunction) {
  const auto& expected = golden["shake_drop"];
  const auto branch = x.clone().set_requires_grad(true);
  const auto y = shaken(branch, tensor(expected["alpha"]), tensor(expected["beta"]));
  EXPECT_TRUE(agree(y.detach(), tensor(expected["y"])));
  (y.square() / 2).sum().backward();
  EXPECT_TRUE(agree(branch.grad(), tensor(expected["gradient"])));
}

TEST(StochasticDepth, HasThePapersExpectedDepth) {
  // Huang et al., 3: a network of 54 blocks with a last survival of 0.5 has an expected depth of
  // about 40.
  const std::vector<std::int64_t> stages{18, 18, 18};
  EXPECT_NEAR(expected_depth(DepthRule::linear, 0.5, stages), 40.25, 1e-12);
  EXPECT_NEAR(expected_depth(DepthRule::uniform, 0.5, stages), 27, 1e-12);
}

TEST(StochasticDepth, HasOneBlockThatTimmNeverDrops) {
  EXPECT_EQ(drop_rate(DepthRule::linear_from_zero, 0.5, {}), 0);
}

TEST(StochasticDepth, DropsAsOftenAsTheRateSays) {
  int dropped = 0;
  constexpr int n = 20000;
  for (int step = 0; step < n; ++step)
    dropped += drops_batch(0.3, {{.seed = 5, .step = step}, 2}) ? 1 : 0;
  EXPECT_NEAR(dropped / double{n}, 0.3, 4 * std::sqrt(0.21 / n));
}

TEST(ShakeDrop, HasTheMeanThatEvaluationMultipliesBy) {
  const ShakeDrop options{.alpha_low = -0.5, .alpha_high = 1};
  const auto x = at::ones({8, 2, 3, 3}, at::kDouble);
  double sum = 0;
  constexpr int n = 4000;
  for (int step = 0; step < n; ++step)
    sum += apply_shake_drop(options, x, 0.4, {{.seed = 1, .step = step}, 3}).mean().item<double>();
  EXPECT_NEAR(sum / n, branch_scale(options, 0.4), 0.03);
}

TEST(ShakeDrop, DrawsAPairOfFactorsForWhatItsLevelSays) {
  const auto x = at::ones({4, 3, 5, 5}, at::kDouble);
  for (const auto& [level, different] :
       std::map<ShakeLevel, std::int64_t>{{ShakeLevel::batch, 1},
                                          {ShakeLevel::image, 4},
                                          {ShakeLevel::channel, 12},
                                          {ShakeLevel::pixel, 300}}) {
    std::set<double> values;
    const auto y = apply_shake_drop({.level = level}, x, 1, {{.seed = 1}, 3}).contiguous();
    const auto* data = y.const_data_ptr<double>();
    values.insert(data, data + y.numel());
    EXPECT_EQ(std::ssize(values), different) << name_of(level);
  }
}

TEST(ShakeDrop, RefusesARangeThatIsUpsideDown) {
  EXPECT_THROW(check(ShakeDrop{.alpha_low = 1, .alpha_high = 0}, "model.shake_drop"), Error);
  EXPECT_NO_THROW(check(ShakeDrop{}, "model.shake_drop"));
}

/// For every form of dropout; a new one is covered as soon as it is added.
class EveryDropout : public ::testing::TestWithParam<std::string_view> {
 protected:
  static Form form(double rate) {
    return temper::testing::alternative<Form>(GetParam(), {{"p", rate}});
  }
  static at::Tensor drop_from(const at::Tensor& x, double rate, const Address& address) {
    return std::visit([&](const auto& options) { return drop(options, x, address); }, form(rate));
  }
  static at::Tensor ones(std::int64_t n) {
    return at::ones({n, 6, 10, 10}).contiguous(at::MemoryFormat::ChannelsLast);
  }
};

TEST_P(EveryDropout, KeepsTheMean) {
  constexpr int n = 60;
  double sum = 0;
  double squares = 0;
  for (int step = 0; step < n; ++step) {
    const auto mean =
        drop_from(ones(32), 0.3, {{.seed = 2, .step = step}, 1}).mean().item<double>();
    sum += mean;
    squares += mean * mean;
  }
  const double mean = sum / n;
  EXPECT_NEAR(mean, 1, 4 * std::sqrt((squares / n - mean * mean) / n) + 1e-5);
}

TEST_P(EveryDropout, IsNotThereAtRateZero) {
  const auto x = ones(2);
  EXPECT_TRUE(drop_from(x, 0, {}).is_same(x));
}

TEST_P(EveryDropout, IsAFunctionOfItsAddress) {
  const Address address{{.seed = 3, .step = 7}, 5};
  const auto y = drop_from(ones(8), 0.3, address);
  EXPECT_TRUE(at::equal(y, drop_from(ones(8), 0.3, address)));
  EXPECT_EQ(y.suggest_memory_format(), at::MemoryFormat::ChannelsLast);
  for (const Address& other :
       {Address{{.seed = 4, .step = 7}, 5}, Address{{.seed = 3, .step = 8}, 5},
        Address{{.seed = 3, .step = 7, .pass = 1}, 5}, Address{{.seed = 3, .step = 7}, 6}})
    EXPECT_FALSE(at::equal(y, drop_from(ones(8), 0.3, other)));
}

TEST_P(EveryDropout, DropsTheSameFromABatchInParts) {
  Address address{{.seed = 3, .step = 7}, 5};
  const auto whole = drop_from(ones(8), 0.3, address).ne(0);
  address.pass.first_row = 3;
  const auto part = drop_from(ones(5), 0.3, address).ne(0);
  EXPECT_TRUE(at::equal(whole.narrow(0, 3, 5), part));
}

TEST_P(EveryDropout, GivesTheGradientOfItsNoise) {
  const auto x = ones(4).to(at::kDouble).set_requires_grad(true);
  const Address address{{.seed = 9}, 1};
  const auto y = drop_from(x, 0.3, address);
  y.sum().backward();
  EXPECT_TRUE(at::equal(x.grad(), y.detach()));  // of ones the noise is the value
}

INSTANTIATE_TEST_SUITE_P(Forms, EveryDropout, ::testing::ValuesIn(temper::testing::kinds<Form>()),
                         [](const auto& one) { return std::string(one.param); });

TEST(SpatialDropout, DropsWholeChannels) {
  const auto y = drop(SpatialDropout{}, at::ones({16, 8, 4, 4}), {{.seed = 1}, 0}).mean({2, 3});
  EXPECT_TRUE(at::equal(y.eq(0).logical_or(y.eq(2)).all(), at::ones({}, at::kBool)));
  EXPECT_NEAR(y.mean().item<double>(), 1, 0.4);
}

TEST(GaussianDropout, HasTheVarianceOfDropout) {
  const auto noise_found =
      noise(GaussianDropout{.rate = 0.2}, at::ones({100000}), {{.seed = 1}, 0});
  EXPECT_NEAR(noise_found.mean().item<double>(), 1, 0.01);
  EXPECT_NEAR(noise_found.var().item<double>(), 0.25, 0.005);
}

TEST(DropBlock, DropsAboutItsRateInSquares) {
  const DropBlock options{.rate = 0.2, .block_size = 5};
  double dropped = 0;
  constexpr int n = 10;
  for (int step = 0; step < n; ++step)
    dropped += noise(options, at::ones({16, 8, 20, 20}), {{.seed = 1, .step = step}, 0})
                   .eq(0)
                   .to(at::kDouble)
                   .mean()
                   .item<double>();
  // Squares overlap, which the paper's gamma leaves out.
  EXPECT_GT(dropped / n, 0.15);
  EXPECT_LT(dropped / n, 0.2);
}

TEST(DropBlock, DropsASmallerActivationAsAWhole) {
  const auto y = noise(DropBlock{.rate = 0.5}, at::ones({32, 8, 4, 4}), {{.seed = 1}, 0});
  const auto kept = y.ne(0).to(at::kDouble).mean({2, 3});
  EXPECT_TRUE(at::equal(kept.eq(0).logical_or(kept.eq(1)).all(), at::ones({}, at::kBool)));
}

}  // namespace
}  // namespace temper::regularize

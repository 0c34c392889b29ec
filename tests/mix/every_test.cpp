// Properties of every method of mixing; a new one is covered as soon as it is added.
#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/sin.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "temper/mix/apply.h"
#include "temper/mix/plan.h"
#include "tests/support/options.h"

namespace temper::mix {
namespace {

constexpr std::int64_t kRows = 7;
constexpr BatchSize kBatch{.rows = kRows, .images = {.height = 12, .width = 10}};

at::Tensor some_images() {
  return at::sin(at::arange(kRows * 3 * 12 * 10, at::kFloat) * 1.7).reshape({kRows, 3, 12, 10});
}

class EveryMethod : public ::testing::TestWithParam<std::string_view> {
 protected:
  [[nodiscard]] static Mixing mixing(Mode mode) {
    return {.methods = {temper::testing::alternative<Method>(GetParam())}, .mode = mode};
  }
  /// The modes that the method has.
  [[nodiscard]] static std::vector<Mode> modes() {
    if (GetParam() == ZetaMixup::kind) return {Mode::batch, Mode::elem};
    if (GetParam() == ManifoldMixup::kind) return {Mode::batch};
    return {Mode::batch, Mode::pair, Mode::elem};
  }
};

bool same(const Plan& a, const Plan& b) {
  const auto alike = [](const Row& x, const Row& y) {
    return x.blend == y.blend && x.partners == y.partners;
  };
  const auto equal = [](const Blend& x, const Blend& y) {
    return x.weights == y.weights && x.box == y.box && x.resized == y.resized && x.stage == y.stage;
  };
  return std::ranges::equal(a.rows, b.rows, alike) && std::ranges::equal(a.blends, b.blends, equal);
}

TEST_P(EveryMethod, IsAFunctionOfItsAddress) {
  for (const auto mode : modes()) {
    const auto first = plan(mixing(mode), {.seed = 3, .step = 5}, kBatch);
    EXPECT_TRUE(same(first, plan(mixing(mode), {.seed = 3, .step = 5}, kBatch)));
    EXPECT_FALSE(same(first, plan(mixing(mode), {.seed = 3, .step = 6}, kBatch)));
    EXPECT_FALSE(same(first, plan(mixing(mode), {.seed = 4, .step = 5}, kBatch)));
  }
}

TEST_P(EveryMethod, HasWeightsThatSumToOneAndABoxOfItsShare) {
  bool mixes = false;
  for (const auto mode : modes())
    for (std::int64_t step = 0; step < 50; ++step) {
      const auto made = plan(mixing(mode), {.seed = 1, .step = step}, kBatch);
      mixes = mixes || made.mixes();
      ASSERT_EQ(std::ssize(made.rows), kRows);
      for (const auto& blend : made.blends) {
        EXPECT_NEAR(std::accumulate(blend.weights.begin(), blend.weights.end(), 0.0), 1, 1e-12);
        if (!blend.box) continue;
        const auto area = static_cast<double>(blend.box->area());
        EXPECT_NEAR(1 - blend.weights.front(), area / 120, 1e-12);
      }
    }
  EXPECT_TRUE(mixes);
}

TEST_P(EveryMethod, MixesTargetsIntoDistributionsAndKeepsImagesFinite) {
  const auto targets = at::eye(kRows, at::kFloat);
  for (const auto mode : modes())
    for (std::int64_t step = 0; step < 20; ++step) {
      const auto made = plan(mixing(mode), {.seed = 1, .step = step}, kBatch);
      const auto mixed = mix_targets(made, targets);
      EXPECT_TRUE(at::allclose(mixed.sum(1), at::ones_like(mixed.sum(1)), 0, 1e-6));
      EXPECT_GE(mixed.min().item<float>(), 0);
      const auto images = some_images();
      mix_images(made, images);
      EXPECT_TRUE(at::isfinite(images).all().item<bool>());
      EXPECT_LE(images.abs().max().item<float>(), 1.0001F) << "an average stays within the range";
    }
}

TEST_P(EveryMethod, GivesTheSameInEveryMemoryLayout) {
  for (const auto mode : modes())
    for (std::int64_t step = 0; step < 10; ++step) {
      const auto made = plan(mixing(mode), {.seed = 1, .step = step}, kBatch);
      const auto plain = some_images();
      const auto last = some_images().contiguous(at::MemoryFormat::ChannelsLast);
      const auto strided = some_images().transpose(2, 3).contiguous().transpose(2, 3);
      for (const auto& images : {plain, last, strided}) mix_images(made, images);
      EXPECT_LE((plain - last).abs().max().item<double>(), 1e-6);
      EXPECT_LE((plain - strided).abs().max().item<double>(), 1e-6);
    }
}

TEST_P(EveryMethod, LeavesABatchAloneThatIsNotMixed) {
  auto options = mixing(Mode::elem);
  options.p = 0;
  const auto made = plan(options, {.seed = 1, .step = 0}, kBatch);
  EXPECT_FALSE(made.mixes());
  const auto images = some_images();
  mix_images(made, images);
  EXPECT_TRUE(at::equal(images, some_images()));
  options.p = 0.5;
  const auto half = plan(options, {.seed = 1, .step = 0}, kBatch);
  const auto some = some_images();
  mix_images(half, some);
  for (std::size_t i = 0; i < half.rows.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    if (!half.rows[i].is_mixed()) {
      EXPECT_TRUE(at::equal(some[row], some_images()[row])) << row;
    }
  }
}

TEST_P(EveryMethod, MixesABatchOfOneImage) {
  const auto made =
      plan(mixing(Mode::batch), {.seed = 1, .step = 0}, {.rows = 1, .images = {4, 4}});
  EXPECT_EQ(made.rows.size(), 1U);
}

TEST_P(EveryMethod, SaysWhatEachOptionMeansAndBoundsIt) {
  const auto options = mixing(Mode::batch);
  auto method = options.methods.front();
  const auto view = group(method);
  EXPECT_FALSE(view.about.summary.empty());
  EXPECT_FALSE(view.about.formula.empty());
  EXPECT_FALSE(view.about.paper.empty());
  std::set<std::string_view> names;
  for (const auto& item : view.items) {
    EXPECT_TRUE(names.insert(item.meta.name).second) << item.meta.name;
    EXPECT_FALSE(item.meta.meaning.empty()) << item.meta.name;
    if (const auto* number = std::get_if<double*>(&item.slot)) {
      EXPECT_TRUE(item.meta.bounds.contain(**number)) << item.meta.name;
      EXPECT_FALSE(item.meta.bounds.contain(-1e9)) << item.meta.name;
      EXPECT_TRUE(item.meta.scheduled) << item.meta.name;
    }
  }
  EXPECT_TRUE(names.contains("weight"));
}

INSTANTIATE_TEST_SUITE_P(All, EveryMethod, ::testing::ValuesIn(temper::testing::kinds<Method>()),
                         [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace temper::mix

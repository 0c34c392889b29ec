#include "temper/regularize/ema.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "temper/regularize/averaging.h"
#include "tests/support/golden.h"
#include "tests/support/tensor.h"

namespace temper::regularize {
namespace {

class EmaGolden : public ::testing::Test {
 protected:
  /// The tensors' values at a point of the trajectory; counters are integers.
  [[nodiscard]] std::vector<Named> at(const nlohmann::json& snapshot) const {
    std::vector<Named> tensors;
    for (const std::string name : golden["names"]) {
      auto value = temper::testing::tensor(snapshot[name]);
      tensors.emplace_back(name, name == "num_batches_tracked" ? value.to(at::kLong) : value);
    }
    return tensors;
  }

  void agrees(EmaWarmup warmup, const char* name) {
    const Averaging ema = Ema{.decay = golden["decay"], .warmup = warmup};
    auto averages = start(ema, at(golden["trajectory"][0]));
    for (std::size_t i = 1; i < golden["trajectory"].size(); ++i)
      update(ema, at(golden["trajectory"][i]), averages, static_cast<std::int64_t>(i));
    const auto expected = at(golden[name]);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(averages.tensors[i].first, expected[i].first);
      EXPECT_TRUE(
          at::allclose(averages.tensors[i].second, expected[i].second, /*rtol=*/1e-12, 1e-12))
          << expected[i].first;
    }
  }

  nlohmann::json golden = temper::testing::golden("regularize/ema.json");
};

TEST_F(EmaGolden, IsTimmsWithoutWarmup) {
  agrees(EmaWarmup::none, "none");
}

TEST_F(EmaGolden, IsTimmsWithTimmsWarmup) {
  agrees(EmaWarmup::timm, "timm");
}

TEST(Ema, WarmsUpAsTensorFlowSays) {
  const Ema ema{.decay = 0.95, .warmup = EmaWarmup::tensorflow};
  EXPECT_DOUBLE_EQ(decay_at(ema, 0), 0.1);
  EXPECT_DOUBLE_EQ(decay_at(ema, 8), 0.5);
  EXPECT_DOUBLE_EQ(decay_at(ema, 170), 0.95);
  EXPECT_LT(decay_at(ema, 169), 0.95);
}

std::vector<Named> network(double value) {
  return {{"weight", at::full({2, 3}, value).set_requires_grad(true)},
          {"count", at::full({}, static_cast<std::int64_t>(value))}};
}

TEST(Averages, StandInTheNetworkWhileSwapped) {
  const auto raw = network(1);
  auto averages = start(Ema{}, network(5));
  {
    const SwappedAverages swapped(averages, raw);
    EXPECT_TRUE(at::equal(raw[0].second, at::full({2, 3}, 5.0)));
    EXPECT_EQ(raw[1].second.item<std::int64_t>(), 5);
    EXPECT_TRUE(at::equal(averages.tensors[0].second, at::full({2, 3}, 1.0)));
  }
  EXPECT_TRUE(at::equal(raw[0].second, at::full({2, 3}, 1.0)));
  EXPECT_TRUE(at::equal(averages.tensors[0].second, at::full({2, 3}, 5.0)));
  EXPECT_TRUE(raw[0].second.requires_grad());
}

TEST(Averages, AreSwappedBackByAnException) {
  const auto raw = network(1);
  auto averages = start(Ema{}, network(5));
  EXPECT_THROW(
      {
        const SwappedAverages swapped(averages, raw);
        throw std::runtime_error("evaluation failed");
      },
      std::runtime_error);
  EXPECT_TRUE(at::equal(raw[0].second, at::full({2, 3}, 1.0)));
}

TEST(Averages, DontFollowTheNetworkBetweenUpdates) {
  auto raw = network(1);
  auto averages = start(Ema{}, raw);
  raw[0].second.detach().fill_(9);
  EXPECT_TRUE(at::equal(averages.tensors[0].second, at::ones({2, 3})));
  copy_to(averages, raw);
  EXPECT_TRUE(at::equal(raw[0].second, at::ones({2, 3})));
}

TEST(Averages, KeepTheNetworksLayout) {
  const std::vector<Named> raw{
      {"conv", at::ones({2, 3, 4, 5}).contiguous(at::MemoryFormat::ChannelsLast)}};
  EXPECT_EQ(start(Ema{}, raw).tensors[0].second.strides(), raw[0].second.strides());
}

}  // namespace
}  // namespace temper::regularize

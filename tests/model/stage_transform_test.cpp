// A function of what a stage gives, applied within a pass.
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/sin.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "temper/core/error.h"
#include "temper/model/architecture.h"
#include "temper/model/network.h"
#include "tests/support/networks.h"

namespace temper::model {
namespace {

constexpr Task kTask{.channels = 3, .height = 32, .width = 32, .classes = 4};

at::Tensor images() {
  return at::sin(at::arange(2 * 3 * 32 * 32, at::kFloat).mul(1.7))
      .reshape({2, 3, 32, 32})
      .contiguous(at::MemoryFormat::ChannelsLast);
}

TEST(StageTransform, IsAppliedOnceToTheOutputOfEachStageOfEveryNetwork) {
  for (const auto& [name, architecture] : temper::testing::networks()) {
    const auto network = build(architecture, kTask, 3);
    network->begin({.seed = 1, .step = 2});
    const auto plain = network->forward(images());
    ASSERT_GT(network->stages(), 1) << name;
    std::vector<std::int64_t> sides;
    for (std::int64_t stage = 1; stage < network->stages(); ++stage) {
      int calls = 0;
      const StageTransform same{.stage = stage, .apply = [&](const at::Tensor& maps) {
                                  ++calls;
                                  EXPECT_EQ(maps.dim(), 4) << name;
                                  sides.push_back(maps.size(2));
                                  return maps.clone();
                                }};
      EXPECT_TRUE(at::equal(network->forward(images(), &same), plain)) << name << ' ' << stage;
      EXPECT_EQ(calls, 1) << name << ' ' << stage;
      const StageTransform zero{.stage = stage,
                                .apply = [](const at::Tensor& maps) { return maps.mul(0); }};
      const auto blank = network->forward(images(), &zero);
      EXPECT_FALSE(at::equal(blank, plain)) << name << ' ' << stage;
      EXPECT_TRUE(at::equal(network->forward(images()), plain)) << name << ": it is of its pass";
    }
    for (std::size_t i = 1; i < sides.size(); ++i) EXPECT_LE(sides[i], sides[i - 1]) << name;
  }
}

TEST(StageTransform, LetsGradientsThroughToWhatIsBeforeIt) {
  for (const auto& [name, architecture] : temper::testing::networks()) {
    const auto network = build(architecture, kTask, 3);
    network->begin({.seed = 1, .step = 2});
    const StageTransform twice{.stage = 1,
                               .apply = [](const at::Tensor& maps) { return maps.mul(2); }};
    network->forward(images(), &twice).square().sum().backward();
    const auto& first = network->parameters().front().value;
    ASSERT_TRUE(first.grad().defined()) << name;
    EXPECT_TRUE(first.grad().isfinite().all().item<bool>()) << name;
  }
}

TEST(StageTransform, IsRefusedForAStageThatTheNetworkDoesNotHave) {
  const auto network = build(ResNet{.depth = 8, .width = 4}, kTask, 3);
  for (const std::int64_t stage : {0, 4, -1}) {
    const StageTransform transform{.stage = stage, .apply = [](const at::Tensor& x) { return x; }};
    EXPECT_THROW((void)network->forward(images(), &transform), Error) << stage;
  }
  const StageTransform broken{.stage = 1, .apply = [](const at::Tensor& /*maps*/) -> at::Tensor {
                                throw Error(Code::internal, "broken");
                              }};
  EXPECT_THROW((void)network->forward(images(), &broken), Error);
  EXPECT_NO_THROW((void)network->forward(images())) << "the next pass has no transform";
}

}  // namespace
}  // namespace temper::model

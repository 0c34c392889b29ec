#include "temper/model/layers.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

namespace temper::model {
namespace {

// oneDNN's own strided form corrupts memory there, so the input is subsampled before it.
TEST(Convolution, OfFewChannelsWithAStrideIsTheStridedOne) {
  for (const std::int64_t channels : {2, 4, 8, 16}) {
    Weights weights(1);
    const Convolution convolve(weights, "c", channels, 2 * channels, Window::same(1, 2));
    const auto x = at::randn({3, channels, 7, 6});
    const auto expected = at::convolution(x, convolve.weight.parameter(), {}, {2, 2}, {0, 0},
                                          {1, 1}, false, {0, 0}, 1);
    EXPECT_TRUE(convolve(x).tensor().allclose(expected, 1e-5, 1e-6)) << channels;
  }
}

TEST(Convolution, OfFewChannelsWithAStrideLearnsOnLargePictures) {
  for (const std::int64_t channels : {2, 4, 8}) {
    Weights weights(1);
    const Convolution convolve(weights, "c", channels, 2 * channels, Window::same(1, 2));
    for (int i = 0; i < 5; ++i) {
      const auto x = at::randn({16, channels, 48, 48})
                         .contiguous(at::MemoryFormat::ChannelsLast)
                         .requires_grad_();
      convolve(x).tensor().sum().backward();
      ASSERT_TRUE(x.grad().isfinite().all().item<bool>());
    }
  }
}

TEST(Convolution, WithGroupsAndABiasIsPyTorchs) {
  Weights weights(1);
  const Convolution convolve(weights, "c", 6, 9, Window::same(3, 2, 3), /*has_bias=*/true);
  ASSERT_EQ(weights.parameters().size(), 2U);
  EXPECT_EQ(weights.parameters()[1].name, "c.bias");
  EXPECT_EQ(weights.parameters()[1].kind, ParameterKind::bias);
  EXPECT_FALSE(convolve.bias->parameter().any().item<bool>());
  {
    const at::NoGradGuard guard;
    convolve.bias->parameter().fill_(0.5);
  }
  const auto x = at::randn({2, 6, 9, 8});
  const auto expected = at::convolution(x, convolve.weight.parameter(), convolve.bias->parameter(),
                                        {2, 2}, {1, 1}, {1, 1}, false, {0, 0}, 3);
  EXPECT_TRUE(convolve(x).tensor().allclose(expected, 1e-5, 1e-6));
}

TEST(ConvNorm, AppliesEveryActivation) {
  const auto x = at::randn({2, 4, 5, 5}).contiguous(at::MemoryFormat::ChannelsLast);
  const auto added = at::randn({2, 8, 5, 5}).contiguous(at::MemoryFormat::ChannelsLast);
  for (const auto function : {Activation::none, Activation::relu, Activation::silu}) {
    Weights weights(1);
    const ConvNorm layer{Convolution(weights, "c", 4, 8, Window::same(3)),
                         BatchNorm(weights, "n", 8)};
    for (const bool training : {true, false}) {
      const auto plain = layer.normalise(layer.convolve(x), {.training = training}).tensor();
      const auto expected = activate(plain.add(added), function).tensor();
      const auto found = layer(x, {.training = training}, function, added).tensor();
      EXPECT_TRUE(found.allclose(expected, 1e-4, 1e-5)) << name_of(function) << training;
    }
  }
}

TEST(BatchNorm, MovesByTheMomentumOfThePass) {
  Weights weights(1);
  const BatchNorm layer(weights, "n", 4);
  const auto x = at::randn({8, 4, 3, 3});
  (void)layer(x, {.training = true, .momentum = 1});
  EXPECT_TRUE(layer.norm.running_mean.allclose(x.mean({0, 2, 3}), 1e-5, 1e-6));
  EXPECT_EQ(layer.batches.item<std::int64_t>(), 1);
}

}  // namespace
}  // namespace temper::model

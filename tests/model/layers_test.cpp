#include "temper/model/layers.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include <cmath>

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
  const double bound = 1 / std::sqrt(2 * 9.0);
  const auto largest = convolve.bias->parameter().abs().max().item<double>();
  EXPECT_TRUE(largest > bound / 2 && largest <= bound) << largest;
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

TEST(BatchNorm, TrainsScaleAndShiftWithRunningStatisticsAsPyTorch) {
  Weights weights(1);
  const BatchNorm layer(weights, "n", 4);
  const auto& norm = layer.norm;
  {
    const at::NoGradGuard guard;
    norm.weight.copy_(at::linspace(0.5, 1.5, 4));
    norm.bias.copy_(at::linspace(-0.2, 0.4, 4));
    norm.running_mean.copy_(at::linspace(-1, 1, 4));
    norm.running_var.copy_(at::linspace(0.5, 2, 4));
  }
  const auto mean = norm.running_mean.clone(), variance = norm.running_var.clone();
  const auto x =
      at::randn({8, 4, 3, 3}).contiguous(at::MemoryFormat::ChannelsLast).requires_grad_();
  const auto slopes = at::randn({8, 4, 3, 3});
  const auto y = layer(x, {.training = true, .norm_eval = true}).tensor();
  y.mul(slopes).sum().backward();

  const auto exact = [](const at::Tensor& value) {
    return value.detach().to(at::kDouble).requires_grad_();
  };
  const auto x64 = exact(x), weight = exact(norm.weight), bias = exact(norm.bias);
  const auto expected =
      at::batch_norm(x64, weight, bias, mean.to(at::kDouble), variance.to(at::kDouble),
                     /*training=*/false, norm.momentum, norm.epsilon, /*cudnn_enabled=*/false);
  expected.mul(slopes.to(at::kDouble)).sum().backward();
  const auto same = [](const at::Tensor& found, const at::Tensor& wanted) {
    return found.detach().to(at::kDouble).allclose(wanted.detach(), 1e-4, 1e-5);
  };
  EXPECT_TRUE(same(y, expected));
  EXPECT_TRUE(same(x.grad(), x64.grad()));
  EXPECT_TRUE(same(norm.weight.grad(), weight.grad()));
  EXPECT_TRUE(same(norm.bias.grad(), bias.grad()));
  EXPECT_TRUE(norm.running_mean.equal(mean));
  EXPECT_TRUE(norm.running_var.equal(variance));
  EXPECT_EQ(layer.batches.item<std::int64_t>(), 0);
}

}  // namespace
}  // namespace temper::model

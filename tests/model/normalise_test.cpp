// Normalization with addition and ReLU against LibTorch's functions one after the other.
#include "temper/model/normalise.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "temper/model/layers.h"

namespace temper::model {
namespace {

at::Tensor wave(at::IntArrayRef sizes, double frequency) {
  std::int64_t count = 1;
  for (const auto size : sizes) count *= size;
  return at::linspace(0, 1, count, at::kDouble).mul(frequency * 1e3).sin().reshape(sizes);
}

at::Tensor activation(std::int64_t channels, double frequency, at::ScalarType format) {
  return wave({3, channels, 5, 7}, frequency)
      .mul(2)
      .add(0.5)
      .to(format)
      .contiguous(at::MemoryFormat::ChannelsLast);
}

Normalisation norm_of(std::int64_t channels, at::ScalarType format = at::kFloat) {
  return {.weight = wave({channels}, 3).add(1.5).to(format).requires_grad_(),
          .bias = wave({channels}, 5).mul(0.3).to(format).requires_grad_(),
          .running_mean = wave({channels}, 7).to(format),
          .running_var = wave({channels}, 9).abs().add(0.5).to(format),
          .momentum = 0.1,
          .epsilon = 1e-5};
}

struct Result {
  std::vector<at::Tensor> tensors;  ///< output, gradients, running statistics
};

/// A loss that depends on both copies of the output.
at::Tensor loss_of(const Value& y) {
  const auto weights = wave(y.tensor().sizes(), 11);
  return y.tensor().to(at::kDouble).mul(weights).sum() +
         y.again().tensor().to(at::kDouble).mul(0.5).sum();
}

Result result_of(const Normalisation& norm, const at::Tensor& x, const at::Tensor& added,
                 const Value& y) {
  const auto out = y.tensor().detach().clone();
  loss_of(y).backward();
  return {{out, x.grad(), added.defined() ? added.grad() : at::Tensor(), norm.weight.grad(),
           norm.bias.grad(), norm.running_mean, norm.running_var}};
}

using Case = std::tuple<std::int64_t, bool, bool, bool, at::ScalarType>;

class Normalised : public ::testing::TestWithParam<Case> {};

TEST_P(Normalised, IsBatchNormThenAdditionThenReLU) {
  const auto& [channels, adds, relu, training, format] = GetParam();
  const auto leaf = [&](double frequency, at::ScalarType type) {
    return activation(channels, frequency, format).to(type).requires_grad_();
  };
  const auto norm = norm_of(channels);
  const auto x = leaf(1, format);
  const auto added = adds ? leaf(2, format) : at::Tensor();
  const auto found = result_of(
      norm, x, added, normalise(norm, {.training = training}, x, {.added = added, .relu = relu}));

  // In double precision, for which LibTorch's functions are used.
  const auto exact = norm_of(channels, at::kDouble);
  const auto x64 = activation(channels, 1, format).to(at::kDouble).requires_grad_();
  const auto added64 = adds ? leaf(2, at::kDouble) : at::Tensor();
  auto y = at::batch_norm(x64, exact.weight, exact.bias, exact.running_mean, exact.running_var,
                          training, exact.momentum, exact.epsilon, false);
  if (adds) y = y.add(added64);
  if (relu) y = y.relu();
  const auto expected = result_of(exact, x64, added64, Value(y));

  const double error = format == at::kFloat ? 1e-4 : 5e-2;
  for (std::size_t i = 0; i < found.tensors.size(); ++i) {
    ASSERT_EQ(found.tensors[i].defined(), expected.tensors[i].defined()) << i;
    if (!found.tensors[i].defined()) continue;
    const auto wanted = expected.tensors[i].to(at::kDouble);
    const auto off = found.tensors[i].to(at::kDouble).sub(wanted).norm().item<double>();
    EXPECT_LT(off, error * wanted.norm().item<double>() + 1e-9) << i;
  }
  EXPECT_EQ(found.tensors[0].scalar_type(), format);
  EXPECT_EQ(found.tensors[1].scalar_type(), format);
}

std::string name_of_case(const ::testing::TestParamInfo<Case>& tried) {
  const auto& [channels, adds, relu, training, format] = tried.param;
  return std::to_string(channels) + (adds ? "Added" : "") + (relu ? "ReLU" : "") +
         (training ? "Training" : "Evaluation") + toString(format);
}

INSTANTIATE_TEST_SUITE_P(All, Normalised,
                         ::testing::Combine(::testing::Values(1, 3, 4, 7, 16, 33, 64),
                                            ::testing::Bool(), ::testing::Bool(), ::testing::Bool(),
                                            ::testing::Values(at::kFloat, at::kBFloat16)),
                         name_of_case);

TEST(Normalise, AFarMeanCostsNoPrecision) {
  const auto norm = norm_of(16);
  const auto x = activation(16, 1, at::kDouble).add(10000);
  const auto found = normalise(norm, {.training = true}, x.to(at::kFloat)).tensor();
  const auto exact = norm_of(16, at::kDouble);
  const auto expected =
      at::batch_norm(x.to(at::kFloat).to(at::kDouble), exact.weight, exact.bias, exact.running_mean,
                     exact.running_var, true, 0.1, 1e-5, false);
  EXPECT_TRUE(at::allclose(found.to(at::kDouble), expected, 0, 5e-3));
}

TEST(Normalise, WhatIsNoNumberStaysNone) {
  for (const auto format : {at::kFloat, at::kBFloat16}) {
    const auto norm = norm_of(4);
    const auto x = activation(4, 1, format);
    x.select(1, 2).fill_(std::numeric_limits<double>::quiet_NaN());
    for (const bool training : {true, false}) {
      const auto y = normalise(norm, {.training = training}, x, {.relu = true}).tensor();
      EXPECT_TRUE(y.select(1, 2).isnan().all().item<bool>());
      EXPECT_FALSE(y.select(1, 1).isnan().any().item<bool>());
    }
  }
}

TEST(Normalise, ARetainedGraphGivesTheSameGradientAgain) {
  const auto norm = norm_of(16);
  const auto leaf = activation(16, 1, at::kFloat).requires_grad_();
  const auto y = normalise(norm, {.training = true}, leaf.mul(1), {.relu = true, .consumes = true});
  const auto loss = loss_of(y);
  loss.backward({}, /*retain_graph=*/true);
  const auto first = leaf.grad().clone();
  leaf.mutable_grad().reset();
  loss.backward();
  EXPECT_TRUE(at::equal(leaf.grad(), first));
}

TEST(Normalise, AnInputThatOthersReadIsLeftAlone) {
  const auto norm = norm_of(16);
  const auto leaf = activation(16, 1, at::kFloat).requires_grad_();
  const auto x = leaf.mul(1);
  const auto before = x.detach().clone();
  loss_of(normalise(norm, {.training = true}, x, {.relu = true})).backward();
  EXPECT_TRUE(at::equal(x, before));
}

TEST(Normalise, AnyNumberOfThreadsComesToTheSame) {
  const int before = at::get_num_threads();
  std::vector<at::Tensor> outputs;
  for (const int threads : {1, 2, 3}) {
    at::set_num_threads(threads);
    const auto norm = norm_of(64);
    const auto x =
        wave({16, 64, 8, 8}, 1).to(at::kFloat).contiguous(at::MemoryFormat::ChannelsLast);
    outputs.push_back(normalise(norm, {.training = true}, x, {.relu = true}).tensor().detach());
  }
  at::set_num_threads(before);
  EXPECT_TRUE(at::allclose(outputs[0], outputs[1], 1e-5, 1e-6));
  EXPECT_TRUE(at::allclose(outputs[0], outputs[2], 1e-5, 1e-6));
}

void folds(at::ScalarType format, bool adds, bool relu, bool one_pixel) {
  Weights weights(1);
  const ConvNorm layer{Convolution(weights, "conv", 8, 16, Window::same(3, 2)),
                       BatchNorm(weights, "bn", 16)};
  const auto& norm = layer.normalise.norm;
  const at::NoGradGuard guard;
  norm.running_mean.copy_(wave({16}, 7));
  norm.running_var.copy_(wave({16}, 9).abs().add(0.5));
  norm.weight.copy_(wave({16}, 3).add(1));
  const auto part = [&](const at::Tensor& images) {
    const auto kept = one_pixel ? images.narrow(2, 0, 1).narrow(3, 0, 1) : images;
    return kept.to(format).contiguous(at::MemoryFormat::ChannelsLast);
  };
  const auto x = part(activation(8, 1, format));
  const auto added = adds ? part(wave({3, 16, 3, 4}, 2)) : at::Tensor();
  const auto apart = normalise(norm, {}, layer.convolve(x).tensor(), {.added = added, .relu = relu})
                         .tensor()
                         .to(at::kDouble);
  const auto function = relu ? Activation::relu : Activation::none;
  const auto folded = layer(x, {}, function, added).tensor();
  EXPECT_EQ(folded.scalar_type(), format);
  const double error = format == at::kFloat ? 1e-5 : 2e-2;
  EXPECT_LT(folded.to(at::kDouble).sub(apart).norm().item<double>(),
            error * apart.norm().item<double>());
  // Changes are detected, also of the running statistics.
  norm.running_mean.add_(1);
  EXPECT_FALSE(at::equal(layer(x, {}, function, added).tensor(), folded));
}

TEST(Fold, IsTheConvolutionAndItsNormalisationInEvaluation) {
  for (const auto format : {at::kFloat, at::kBFloat16})
    for (const bool adds : {false, true})
      for (const bool relu : {false, true})
        for (const bool one_pixel : {false, true}) folds(format, adds, relu, one_pixel);
}

}  // namespace
}  // namespace temper::model

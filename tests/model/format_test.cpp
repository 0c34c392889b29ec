// The number format that layers compute in: every output and gradient of every layer has it, and
// the logits agree with those of float within its error.
#include <dlfcn.h>

#include <ATen/Context.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "temper/model/architecture.h"
#include "temper/model/cast_parameter.h"
#include "temper/model/module.h"
#include "temper/model/observer.h"
#include "tests/support/casts.h"
#include "tests/support/tensor.h"

namespace temper::model {
namespace {

using temper::testing::casts;
using temper::testing::relative;

constexpr Task kTask{.channels = 3, .height = 32, .width = 32, .classes = 10};
constexpr std::int64_t kBatch = 8;

at::Tensor images() {
  return at::linspace(-1, 1, kBatch * 3 * 32 * 32)
      .mul(1e4)
      .sin()
      .reshape({kBatch, 3, 32, 32})
      .contiguous(at::MemoryFormat::ChannelsLast);
}

/// Networks with every stem, block and random layer.
std::vector<std::pair<std::string, Architecture>> shallow_networks() {
  using regularize::Granularity;
  std::vector<std::pair<std::string, Architecture>> all;
  const ResNet plain{.depth = 8, .zero_init_last = false};
  all.emplace_back("plain", plain);
  for (const auto stem : {Stem::strided, Stem::pooled, Stem::imagenet}) {
    auto options = plain;
    options.stem = stem;
    options.blocks = {1, 1, 1};
    all.emplace_back(std::string(name_of(stem)), options);
  }
  auto bottleneck = plain;
  bottleneck.block = BlockType::bottleneck;
  bottleneck.blocks = {2, 1};
  all.emplace_back("bottleneck", bottleneck);
  auto excited = bottleneck;
  excited.stem = Stem::rs;
  excited.shortcut = ShortcutType::d;
  excited.se_ratio = 0.25;
  all.emplace_back("ResNet-RS", excited);
  auto second = plain;
  second.version = Version::v2;
  second.anti_alias = true;
  second.shortcut = ShortcutType::pad;
  all.emplace_back("v2, anti-aliased, padded shortcuts", second);
  all.emplace_back("ConvNeXt", ConvNeXt{.depths = {1, 2}, .width = 16, .layer_scale = 0.5});
  for (const auto granularity : {Granularity::batch, Granularity::sample}) {
    auto options = plain;
    options.stochastic_depth = regularize::StochasticDepth{.rate = 0.5, .mode = granularity};
    all.emplace_back("stochastic depth, " + std::string(name_of(granularity)), options);
  }
  auto shaken = plain;
  shaken.shake_drop = regularize::ShakeDrop{.rate = 0.9};
  all.emplace_back("shake-drop", shaken);
  const auto dropped = [&](const std::string& name, Dropout form) {
    auto options = plain;
    std::visit([&](auto& one) { one.at = "all"; }, form);
    options.dropout = {form};
    all.emplace_back(name, options);
  };
  dropped("dropout", DropoutAt<regularize::Dropout>{});
  dropped("spatial dropout", DropoutAt<regularize::SpatialDropout>{});
  dropped("Gaussian dropout", DropoutAt<regularize::GaussianDropout>{});
  dropped("DropBlock", DropoutAt<regularize::DropBlock>{});
  return all;
}

/// And those of many layers, in which BatchNorm over the few values that are left of these images
/// amplifies rounding.
std::vector<std::pair<std::string, Architecture>> networks() {
  auto all = shallow_networks();
  all.emplace_back("EfficientNet", EfficientNet{});
  all.emplace_back("EfficientNet-Lite", EfficientNet{.variant = EfficientNetVariant::lite0});
  all.emplace_back("MobileNetV3", MobileNetV3{.variant = MobileNetV3Variant::small});
  all.emplace_back("airbench",
                   Airbench{.variant = AirbenchVariant::airbench96, .widths = {16, 16, 16}});
  return all;
}

/// Records the formats of the activations and gradients that layers take and return.
class Formats {
 public:
  explicit Formats(at::ScalarType expected)
      : expected_(expected),
        observer_([this](std::string_view name,
                         Observer::Values inputs) { return begin(std::string(name), inputs); },
                  [this](std::int64_t call, Observer::Values outputs) {
                    check(calls_[static_cast<std::size_t>(call - 1)], outputs);
                  }) {}

  std::vector<std::string> wrong;
  int layers = 0;  ///< calls of convolutions and linear layers

 private:
  /// Whether it is a layer, or changes activations: noise without a gradient is drawn in float.
  static bool watched(const std::string& name, Observer::Values inputs) {
    const auto any = [&](std::initializer_list<const char*> kinds) {
      return std::ranges::any_of(
          kinds, [&](const char* kind) { return name.find(kind) != std::string::npos; });
    };
    if (any({"convolution", "linear", "mm", "max_pool", "mean", "relu", "threshold"})) return true;
    return any({"mul", "add", "clamp"}) && std::ranges::any_of(inputs, [](const auto& value) {
             return value.isTensor() && value.toTensor().defined() &&
                    value.toTensor().requires_grad();
           });
  }

  std::int64_t begin(const std::string& name, Observer::Values inputs) {
    if (!watched(name, inputs)) return 0;
    check(name, inputs);
    calls_.push_back(name);
    const bool layer = name == "aten::convolution" || name == "aten::linear" ||
                       name == "aten::convolution_backward" ||
                       name == "mkldnn::_convolution_pointwise";
    layers += layer ? 1 : 0;
    return std::ssize(calls_);
  }

  /// Activations have one row per image.
  void check(const std::string& name, Observer::Values values) {
    for (const auto& value : values)
      if (value.isTensor() && value.toTensor().defined() && value.toTensor().dim() >= 2 &&
          value.toTensor().size(0) == kBatch && value.toTensor().is_floating_point() &&
          value.toTensor().scalar_type() != expected_)
        wrong.push_back(name + " of " + toString(value.toTensor().scalar_type()));
  }

  at::ScalarType expected_;
  std::vector<std::string> calls_;
  Observer observer_;
};

struct Place {
  at::DeviceType device = at::kCPU;
  at::ScalarType format = at::kFloat;
};

/// Loads LibTorch's CUDA libraries where temper was built with them.
bool has_gpu() {
  static const bool loaded = ::dlopen("libtemper_cuda.so", RTLD_LAZY | RTLD_GLOBAL) != nullptr;
  return loaded && at::Context::hasCUDA();
}

class InEveryNetwork : public ::testing::TestWithParam<Place> {
 protected:
  void SetUp() override {
    if (GetParam().device == at::kCUDA && !has_gpu()) GTEST_SKIP() << "no GPU; see gpu-check";
  }

  static std::unique_ptr<Network> network_of(const Architecture& options) {
    auto network = build(options, kTask, 1);
    network->to(GetParam().device);
    network->set_format(GetParam().format);
    return network;
  }
  static at::Tensor input() { return images().to(GetParam().device); }
};

TEST_P(InEveryNetwork, LayersComputeInTheFormatForwardAndBackward) {
  for (const auto& [name, options] : networks()) {
    SCOPED_TRACE(name);
    const auto network = network_of(options);
    network->train(true);
    network->begin({.seed = 1, .step = 3});
    at::Tensor logits;
    {
      const Formats formats(GetParam().format);
      logits = network->forward(input());
      EXPECT_THAT(formats.wrong, ::testing::IsEmpty());
      EXPECT_GT(formats.layers, 2);
    }
    EXPECT_EQ(logits.scalar_type(), at::kFloat);
    const auto loss = logits.square().mean();
    {
      const Formats formats(GetParam().format);
      loss.backward();
      EXPECT_THAT(formats.wrong, ::testing::IsEmpty());
      EXPECT_GT(formats.layers, 2);
    }
    for (const auto& parameter : network->parameters()) {
      const auto& gradient = parameter.value.grad();
      EXPECT_TRUE(!gradient.defined() || gradient.scalar_type() == at::kFloat) << parameter.name;
    }
    for (const auto& buffer : network->buffers())
      EXPECT_NE(buffer.value.scalar_type(), at::kBFloat16) << buffer.name;
  }
}

TEST_P(InEveryNetwork, EvaluationComputesInTheFormat) {
  for (const auto& [name, options] : networks()) {
    SCOPED_TRACE(name);
    const auto network = network_of(options);
    network->train(false);
    const at::NoGradGuard guard;
    const Formats formats(GetParam().format);
    EXPECT_EQ(network->forward(input()).scalar_type(), at::kFloat);
    EXPECT_THAT(formats.wrong, ::testing::IsEmpty());
    EXPECT_GT(formats.layers, 5);
  }
}

INSTANTIATE_TEST_SUITE_P(Format, InEveryNetwork,
                         ::testing::Values(Place{at::kCPU, at::kFloat},
                                           Place{at::kCPU, at::kBFloat16},
                                           Place{at::kCUDA, at::kFloat},
                                           Place{at::kCUDA, at::kBFloat16}),
                         [](const auto& tried) {
                           return std::string(tried.param.device == at::kCPU ? "Cpu" : "Gpu") +
                                  toString(tried.param.format);
                         });

/// bfloat16 has 8 bits: each rounding errs by up to 2^-9, and errors of many layers add up. Of
/// gradients, where ReLU passes other numbers on, PyTorch's autocast errs by 0.1 to 0.3 in the
/// first layer of such a network.
constexpr double kTolerance = 0.05;
constexpr double kOfGradients = 0.4;

TEST(Bf16, AgreesWithFloatWithinItsError) {
  for (const auto& [name, options] : shallow_networks()) {
    SCOPED_TRACE(name);
    std::vector<at::Tensor> logits;
    std::vector<at::Tensor> evaluated;
    std::vector<std::vector<at::Tensor>> gradients;
    for (const auto format : {at::kFloat, at::kBFloat16}) {
      const auto network = build(options, kTask, 1);
      network->set_format(format);
      network->begin({.seed = 1, .step = 3});
      logits.push_back(network->forward(images()));
      logits.back().square().mean().backward();
      auto& own = gradients.emplace_back();
      for (const auto& parameter : network->parameters())
        own.push_back(parameter.value.grad().defined() ? parameter.value.grad() : at::Tensor());
      network->train(false);
      const at::NoGradGuard guard;
      evaluated.push_back(network->forward(images()));
    }
    EXPECT_LT(relative(logits[1].detach(), logits[0].detach()), kTolerance);
    EXPECT_LT(relative(evaluated[1], evaluated[0]), kTolerance);
    EXPECT_FALSE(at::equal(logits[0], logits[1])) << "nothing was computed in bfloat16";
    for (std::size_t i = 0; i < gradients[0].size(); ++i) {
      ASSERT_EQ(gradients[0][i].defined(), gradients[1][i].defined());
      if (!gradients[0][i].defined() || gradients[0][i].dim() == 1) continue;
      EXPECT_LT(relative(gradients[1][i], gradients[0][i]), kOfGradients) << i;
    }
  }
}

struct Own : torch::nn::Module {
  Own()
      : first(register_module("first",
                              torch::nn::Conv2d(torch::nn::Conv2dOptions(3, 16, 3).bias(false)))),
        norm(register_module("norm", torch::nn::BatchNorm2d(16))),
        classify(register_module("classify", torch::nn::Linear(16, 10))) {}
  at::Tensor forward(const at::Tensor& x) { return classify(norm(first(x)).relu().mean({2, 3})); }
  torch::nn::Conv2d first;
  torch::nn::BatchNorm2d norm;
  torch::nn::Linear classify;
};

TEST(Bf16, ReachesTheConvolutionsOfANetworkOfOnesOwn) {
  const auto network = wrap(std::make_shared<Own>());
  network->set_format(at::kBFloat16);
  bool seen = false;
  {
    const Observer observer(
        [](std::string_view name, Observer::Values) {
          return std::int64_t{name == "aten::mkldnn_convolution" || name == "aten::_convolution"};
        },
        [&](std::int64_t, Observer::Values outputs) {
          seen = true;
          EXPECT_EQ(outputs[0].toTensor().scalar_type(), at::kBFloat16);
        });
    EXPECT_EQ(network->forward(images()).scalar_type(), at::kFloat);
  }
  EXPECT_TRUE(seen);
}

TEST(Bf16, WeightsAreCastOnceUntilTheyChange) {
  const auto network = build(ResNet{.depth = 8}, kTask, 1);
  network->set_format(at::kBFloat16);
  const auto first = casts(*network, images());
  EXPECT_GT(first, 8);
  EXPECT_EQ(casts(*network, images()), 0);
  {
    const at::NoGradGuard guard;
    network->parameters()[0].value.mul_(2);
  }
  EXPECT_EQ(casts(*network, images()), 1);
}

TEST(Bf16, CopiesThatChangeWithTheirWeightsAreUsed) {
  const auto network = build(ResNet{.depth = 8}, kTask, 1);
  const auto other = build(ResNet{.depth = 8}, kTask, 1);
  for (const auto& one : {network.get(), other.get()}) one->set_format(at::kBFloat16);
  const auto count = casts(*network, images());
  {
    const at::NoGradGuard guard;
    std::int64_t copies = 0;
    for (std::size_t i = 0; i < network->parameters().size(); ++i) {
      const auto& [name, value, kind, layer, copy] = network->parameters()[i];
      EXPECT_EQ(copy.defined(),
                kind != ParameterKind::norm_weight && kind != ParameterKind::norm_bias)
          << name;
      if (!copy.defined()) continue;
      ++copies;
      EXPECT_TRUE(copy.strides() == value.strides()) << name;
      value.mul_(2);
      copy.mul_(2);
      other->parameters()[i].value.mul_(2);
    }
    EXPECT_EQ(copies, count);
  }
  EXPECT_EQ(casts(*network, images()), 0);
  EXPECT_EQ(casts(*other, images()), count);
  EXPECT_TRUE(at::equal(network->forward(images()), other->forward(images())));
}

TEST(Bf16, ARenewedCopyLeavesEarlierOperandsAlone) {
  const CastParameter weight(at::full({3}, 1.0));
  const auto& copy = weight.copy();
  const auto before = weight.in(at::kBFloat16);
  weight.parameter().mul_(2);
  EXPECT_TRUE(at::equal(weight.in(at::kBFloat16), at::full({3}, 2.0, at::kBFloat16)));
  EXPECT_TRUE(at::equal(before, at::full({3}, 1.0, at::kBFloat16)));
  EXPECT_TRUE(at::equal(copy, at::full({3}, 2.0, at::kBFloat16)));
}

}  // namespace
}  // namespace temper::model

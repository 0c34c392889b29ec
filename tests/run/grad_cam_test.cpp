// Grad-CAM against the package grad-cam, with weights from a formula; scripts/golden/grad_cam.py
// wrote the numbers.
#include "temper/evaluate/grad_cam.h"

#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/evaluate/cam_overlay.h"
#include "temper/model/architecture.h"
#include "tests/support/golden.h"
#include "tests/support/reference_network.h"
#include "tests/support/tensor.h"
#include "tests/train/fixed_network.h"
#include "tests/train/own_network.h"

namespace temper::evaluate {
namespace {

using temper::testing::noise;
using temper::testing::tensor;
using ::testing::HasSubstr;

constexpr double kTolerance = 1e-5;

at::Tensor images_of(std::int64_t count, std::int64_t channels, std::int64_t side,
                     std::uint64_t stream = 999) {
  return noise({count, channels, side, side}, stream).contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor classes_of(const std::vector<std::int64_t>& classes) {
  return at::tensor(classes, at::kLong);
}

double largest(const at::Tensor& tensor) {
  return tensor.abs().max().item<double>();
}

void expect_published(const std::string& name, const model::Architecture& options) {
  const auto golden = temper::testing::golden("evaluate/grad_cam.json");
  const auto& expected = golden[name];
  const auto side = expected["side"].get<std::int64_t>();
  const auto network =
      model::build(options, {.channels = 3, .height = side, .width = side, .classes = 10}, 1);
  temper::testing::take_weights(*network, expected["state"]);
  const auto classes = golden["classes"].get<std::vector<std::int64_t>>();
  const auto found =
      grad_cam(*network, images_of(std::ssize(classes), 3, side), classes_of(classes));
  const auto raw = tensor(expected["raw"]);
  ASSERT_EQ(found.sizes(), raw.sizes());
  EXPECT_LT(largest(found.sub(raw)), kTolerance * largest(raw));
  const auto shown = shown_maps(found, side, side);
  EXPECT_EQ(shown.sizes().vec(), (std::vector<std::int64_t>{3, side, side}));
  const auto fourth = shown.slice(1, 0, std::nullopt, 4).slice(2, 0, std::nullopt, 4);
  EXPECT_LT(largest(fourth.sub(tensor(expected["scaled"]))), kTolerance);
}

TEST(GradCam, OfAResidualNetworkIsThePackages) {
  expect_published("resnet", model::ResNet{.stem = model::Stem::imagenet,
                                           .block = model::BlockType::basic,
                                           .blocks = {1, 1, 1, 1}});
}

TEST(GradCam, OfANetworkWithSqueezeAndExcitationIsThePackages) {
  expect_published("efficientnet", model::EfficientNet{});
}

/// A convolution, ReLU, global average pooling as PyTorch's module, and a linear layer.
class Pooled final : public train::small::OwnNetwork {
 public:
  Pooled()
      : OwnNetwork(3),
        filter(weights_.convolution("conv.weight", {5, 1, 3, 3}, 1).parameter()),
        head(weights_.linear("fc.weight", {4, 5}, 5, model::ParameterKind::head).parameter()) {}

  [[nodiscard]] at::Tensor maps(const at::Tensor& images) const {
    return at::convolution(images, filter, {}, {1, 1}, {1, 1}, {1, 1}, /*transposed=*/false, {0, 0},
                           1)
        .relu();
  }

  at::Tensor filter;
  at::Tensor head;

 protected:
  at::Tensor compute(const at::Tensor& images) override {
    return at::linear(at::adaptive_avg_pool2d(maps(images), {1, 1}).flatten(1), head);
  }
};

TEST(GradCam, OfAnOwnNetworkFollowsTheFormula) {
  Pooled network;
  const auto images = images_of(2, 1, 8).to(at::kFloat);
  const auto found = grad_cam(network, images, classes_of({1, 3}));
  const auto maps = network.maps(images).detach();
  const std::vector<std::int64_t> shown{1, 3};
  for (std::int64_t row = 0; row < 2; ++row) {
    // The gradient of the mean is that of the head, divided by the number of pixels, everywhere.
    const auto weights =
        network.head.detach()[shown[static_cast<std::size_t>(row)]].div(64).view({5, 1, 1});
    const auto expected = maps[row].mul(weights).sum(0).relu();
    EXPECT_LT(largest(found[row].sub(expected)), 1e-7);
  }
  EXPECT_FALSE(network.filter.grad().defined()) << "parameters get no gradients";
}

TEST(GradCam, NeedsNoParameterThatIsTrained) {
  Pooled network;
  const auto images = images_of(1, 1, 8).to(at::kFloat);
  const auto trained = grad_cam(network, images, classes_of({2}));
  network.filter.set_requires_grad(false);
  network.head.set_requires_grad(false);
  EXPECT_TRUE(at::equal(grad_cam(network, images, classes_of({2})), trained));
}

TEST(GradCam, IsInFloatWhateverTheFormat) {
  const auto network = model::build(model::ResNet{.blocks = {1, 1}, .width = 4},
                                    {.channels = 1, .height = 12, .width = 12, .classes = 3}, 1);
  network->train(false);
  const auto images = images_of(1, 1, 12).to(at::kFloat);
  const auto expected = grad_cam(*network, images, classes_of({0}));
  network->set_format(at::kBFloat16);
  EXPECT_TRUE(at::equal(grad_cam(*network, images, classes_of({0})), expected));
  EXPECT_EQ(network->format(), at::kBFloat16);
}

TEST(GradCam, IsRefusedWithoutGlobalPooling) {
  const model::Task task{.channels = 1, .height = 4, .width = 4, .classes = 3};
  train::small::FixedNetwork network(task);
  try {
    grad_cam(network, images_of(1, 1, 4).to(at::kFloat), classes_of({0}));
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), HasSubstr("global average pooling"));
  }
}

TEST(GradCam, AMapOfZerosIsShownAsZeros) {
  EXPECT_EQ(largest(shown_maps(at::zeros({1, 2, 2}), 4, 6)), 0);
  EXPECT_EQ(shown_maps(at::ones({2, 3, 3}), 4, 6).sizes().vec(),
            (std::vector<std::int64_t>{2, 4, 6}));
}

TEST(CamOverlay, IsHalfPictureHalfColor) {
  const augment::Normalisation normalisation{.mean = {0.5}, .std = {0.25}};
  // A gray of 0.5 + 0.25 * 2 = 1, then black.
  const auto input = at::tensor({2.0F, -2.0F}).view({1, 1, 1, 2});
  const auto image = cam_overlay(input, normalisation, at::tensor({0.0F, 1.0F}).view({1, 2}));
  EXPECT_EQ(image.height, 1);
  EXPECT_EQ(image.width, 2);
  EXPECT_EQ(image.channels, 3);
  // The ends of the colors are half of blue and of red: white and dark blue, black and dark red.
  EXPECT_EQ(image.pixels, (std::vector<std::uint8_t>{128, 128, 191, 64, 0, 0}));
}

}  // namespace
}  // namespace temper::evaluate

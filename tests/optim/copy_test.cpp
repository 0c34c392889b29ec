// The bfloat16 copies that an update writes along with the weights.
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include "temper/optim/optimizer.h"

namespace temper::optim {
namespace {

/// Every bfloat16 number, among them infinities and NaNs, and floats around the middle of it and
/// the next.
at::Tensor floats_to_round() {
  const auto upper_halves = at::arange(-32768, 32768, at::kInt).mul(65536);
  std::vector<at::Tensor> parts;
  for (const int lower_half : {0, 1, 0x7fff, 0x8000, 0x8001, 0xffff})
    parts.push_back(upper_halves.add(lower_half));
  return at::cat(parts).view(at::kFloat);
}

Target target_of(const at::Tensor& value, const at::Tensor& copy, const at::Tensor& gradient) {
  Target target{.name = "w", .value = value, .copy = copy};
  target.value.set_requires_grad(true);
  target.value.mutable_grad() = gradient;
  return target;
}

void update(const Optimizer& optimizer, const Target& target) {
  const std::vector<Target> targets{target};
  auto state = start(optimizer, targets);
  step(optimizer, targets, state);
}

TEST(Copy, IsRoundedAsLibTorchRounds) {
  // Without gradient and weight decay, Lion changes no weight.
  const auto value = floats_to_round();
  const auto copy = at::zeros_like(value, at::kBFloat16);
  update(Lion{}, target_of(value, copy, at::zeros_like(value)));
  const auto expected = value.detach().to(at::kBFloat16);
  const auto number = expected.isnan().logical_not();
  EXPECT_TRUE(at::equal(copy.isnan(), expected.isnan()));
  EXPECT_TRUE(at::equal(copy.view(at::kShort).masked_select(number),
                        expected.view(at::kShort).masked_select(number)));
  EXPECT_TRUE(expected.isinf().any().item<bool>());
}

TEST(Copy, OfAWeightThatIsNotDenseIsWritten) {
  const auto value = at::linspace(-1, 1, 24).reshape({4, 6}).slice(1, 0, 3);
  const auto copy = value.to(at::kBFloat16);
  const auto before = copy.clone();
  update(Sgd{}, target_of(value, copy, at::ones_like(value)));
  EXPECT_FALSE(at::equal(copy, before));
  EXPECT_TRUE(at::equal(copy, value.detach().to(at::kBFloat16)));
}

TEST(Copy, OfAnotherLayoutSizeOrTypeIsLeftAlone) {
  const auto filters =
      at::linspace(-1, 1, 72).reshape({2, 4, 3, 3}).contiguous(at::MemoryFormat::ChannelsLast);
  const auto half = filters.to(at::kBFloat16);
  const auto alone = [](const at::Tensor& value, const at::Tensor& copy) {
    const auto before = copy.clone();
    const auto version = copy._version();
    const auto weight = value.clone();
    update(Sgd{}, target_of(weight, copy, at::ones_like(value)));
    EXPECT_FALSE(at::equal(weight.detach(), value));
    EXPECT_TRUE(at::equal(copy, before));
    EXPECT_EQ(copy._version(), version);
  };
  alone(filters, at::empty({0}, at::kBFloat16));
  alone(filters, half.contiguous());
  alone(filters, filters.to(at::kHalf));
  alone(filters.to(at::kDouble), half);
  alone(filters.to(at::kHalf), half);  // its float32 master is updated
}

}  // namespace
}  // namespace temper::optim

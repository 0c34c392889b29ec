#include "temper/regularize/penalty.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

namespace temper::regularize {
namespace {

at::Tensor weight() {
  return at::linspace(-3, 3, 12, at::kDouble).reshape({3, 4}).set_requires_grad(true);
}

TEST(Penalty, IsTheGradientOfWhatItAddsToTheLoss) {
  const Penalty options{.l1 = 0.3, .l2 = 0.7};
  const auto by_hand = weight();
  (options.l1 * by_hand.abs().sum() + options.l2 / 2 * by_hand.square().sum()).backward();
  const std::vector<at::Tensor> penalised{weight()};
  add_penalty_gradient(options, penalised);
  EXPECT_TRUE(at::allclose(penalised[0].grad(), by_hand.grad(), 1e-14, 1e-14));
  add_penalty_gradient(options, penalised);
  EXPECT_TRUE(at::allclose(penalised[0].grad(), 2 * by_hand.grad(), 1e-14, 1e-14));
}

TEST(MaxNorm, ShortensTheUnitsThatAreTooLongAndNoOthers) {
  const std::vector<at::Tensor> weights{weight(), at::linspace(-9, 9, 4, at::kDouble)};
  const auto before = weights[0].detach().clone();
  apply_max_norm(MaxNorm{.limit = 3}, weights);
  const auto norms = weights[0].square().sum(1).sqrt();
  EXPECT_NEAR(norms[0].item<double>(), 3, 1e-12);
  EXPECT_TRUE(at::allclose(weights[0][1], before[1], 1e-15, 1e-15));
  EXPECT_NEAR(norms[2].item<double>(), 3, 1e-12);
  EXPECT_TRUE(at::equal(weights[1], at::linspace(-9, 9, 4, at::kDouble)));
}

TEST(MaxNorm, KeepsEveryBitOfTheUnitsWithinTheLimit) {
  const auto units = at::linspace(-1, 1, 800, at::kFloat).reshape({100, 8});
  for (const double limit : {1.7, 2.9, 3.4}) {
    const std::vector<at::Tensor> weights{
        units.div(units.square().sum(1, true).sqrt()).mul(0.9 * limit).set_requires_grad(true)};
    const auto before = weights[0].detach().clone();
    apply_max_norm(MaxNorm{.limit = limit}, weights);
    EXPECT_TRUE(at::equal(weights[0], before)) << limit;
  }
}

TEST(MaxNorm, KeepsUnitsOfZeros) {
  const std::vector<at::Tensor> weights{at::zeros({2, 3}).set_requires_grad(true)};
  apply_max_norm(MaxNorm{}, weights);
  EXPECT_TRUE(at::equal(weights[0], at::zeros({2, 3})));
}

}  // namespace
}  // namespace temper::regularize

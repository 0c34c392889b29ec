// The cosine distance of features.
#include "temper/loss/feature_distillation.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "temper/core/error.h"

namespace temper::loss {
namespace {

TEST(FeatureDistillation, HearsOfDirectionsOnly) {
  const auto student = at::tensor({1., 2., -3., 0.5, 0., 1.}, at::kDouble).view({2, 3});
  const auto distance = [&](const at::Tensor& teacher) {
    return feature_distance(student, teacher, {}).item<double>();
  };
  EXPECT_NEAR(distance(student * 7), 0, 1e-14);
  EXPECT_NEAR(distance(student * -0.1), 2, 1e-14);
  EXPECT_NEAR(distance(at::zeros({2, 3}, at::kDouble)), 1, 1e-14);
}

TEST(FeatureDistillation, LeavesTheTeacherWithoutAGradient) {
  const auto student = at::ones({2, 3}, at::kDouble).set_requires_grad(true);
  const auto teacher = at::tensor({1., 2., 3., 4., 5., 6.}, at::kDouble).view({2, 3});
  const auto leaf = teacher.detach().set_requires_grad(true);
  feature_distance(student, leaf, {}).backward();
  EXPECT_TRUE(student.grad().defined());
  EXPECT_FALSE(leaf.grad().defined());
}

TEST(FeatureDistillation, RefusesAnotherWidth) {
  EXPECT_THROW((void)feature_distance(at::ones({2, 3}), at::ones({2, 4}), {}), Error);
}

}  // namespace
}  // namespace temper::loss

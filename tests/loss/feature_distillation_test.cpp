// The cosine distance of features, against the numbers of scripts/golden/feature_distillation.py.
#include "temper/loss/feature_distillation.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "tests/support/golden.h"
#include "tests/support/tensor.h"

namespace temper::loss {
namespace {

using nlohmann::json;
using temper::testing::tensor;

TEST(FeatureDistillation, IsPyTorchsCosineDistanceInLossAndGradients) {
  const auto golden = temper::testing::golden("loss/feature_distillation.json");
  for (const auto& expected : golden["cases"]) {
    const bool projects = expected["projection"].get<bool>();
    SCOPED_TRACE(projects ? "with a projection" : "without a projection");
    std::map<std::string, at::Tensor> leaves;
    for (const char* name : {"features", "weight", "bias"})
      leaves[name] = tensor(golden[name]).set_requires_grad(true);
    const auto student = projects ? at::linear(leaves["features"], leaves["weight"], leaves["bias"])
                                  : leaves["features"];
    const auto teacher = tensor(golden[projects ? "teacher" : "teacher_of_equal_width"]);
    const Inputs inputs{
        .logits = {},
        .targets = {},
        .labelled =
            at::tensor(expected["labelled"].get<std::vector<double>>(), at::kDouble).to(at::kBool)};
    const auto loss = feature_distance(student, teacher, inputs);
    loss.backward();
    EXPECT_NEAR(loss.item<double>(), expected["loss"].get<double>(), 1e-14);
    for (const auto& [name, gradient] : expected["gradients"].items())
      EXPECT_LT((leaves[name].grad() - tensor(gradient)).abs().max().item<double>(), 1e-14) << name;
  }
}

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

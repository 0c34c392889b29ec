// Every loss against the published implementation that scripts/golden/loss.py ran.
#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "temper/loss/distillation.h"
#include "temper/loss/jensen_shannon.h"
#include "temper/loss/loss.h"
#include "tests/support/golden.h"
#include "tests/support/options.h"
#include "tests/support/tensor.h"

namespace temper::loss {
namespace {

using nlohmann::json;
using temper::testing::alternative;
using temper::testing::tensor;

class LossGolden : public ::testing::Test {
 protected:
  const json golden = temper::testing::golden("loss/losses.json");

  [[nodiscard]] Inputs inputs(const json& targets, at::ScalarType type) const {
    return {.logits = tensor(golden["logits"]).to(type).set_requires_grad(true),
            .targets = tensor(golden["targets"][targets.get<std::string>()]).to(type),
            .prior = tensor(golden["prior"]).to(type)};
  }

  static void agrees(const at::Tensor& loss, const at::Tensor& leaf, const json& expected,
                     double tolerance) {
    loss.backward();
    const double scale = std::max(1.0, expected["loss"].get<double>());
    EXPECT_NEAR(loss.item<double>(), expected["loss"].get<double>(), tolerance * scale);
    const auto gradient = tensor(expected["gradient"]);
    EXPECT_LT((leaf.grad().to(at::kDouble) - gradient).abs().max().item<double>(),
              tolerance * scale);
  }
};

TEST_F(LossGolden, EveryCaseIsThePublishedOneInLossAndGradient) {
  for (const auto& expected : golden["cases"]) {
    SCOPED_TRACE(expected["options"].dump());
    const auto loss =
        alternative<Loss>(expected["options"]["kind"].get<std::string>(), expected["options"]);
    for (const auto& [type, tolerance] : {std::pair(at::kDouble, 1e-12), {at::kFloat, 1e-6}}) {
      const auto given = inputs(expected["targets"], type);
      agrees(compute(loss, given), given.logits, expected, tolerance);
    }
  }
}

TEST_F(LossGolden, NoLossIsLeftOut) {
  for (const auto kind : temper::testing::kinds<Loss>()) {
    if (kind == Custom::kind) continue;
    EXPECT_TRUE(std::ranges::any_of(golden["cases"], [&](const json& one) {
      return one["options"]["kind"].get<std::string>() == kind;
    })) << kind;
  }
}

TEST_F(LossGolden, TeachingIsPyTorchs) {
  for (const auto& expected : golden["teaching"]) {
    SCOPED_TRACE(expected["options"].dump());
    const auto form = alternative<DistillationTarget>(
        expected["options"]["kind"].get<std::string>(), expected["options"]);
    const auto given = inputs("hard", at::kDouble);
    agrees(teaching(form, tensor(golden["teacher"]), given), given.logits, expected, 1e-12);
  }
}

TEST_F(LossGolden, JensenShannonDivergenceIsTimms) {
  std::vector<at::Tensor> views;
  for (const auto& view : golden["views"]) views.push_back(tensor(view).set_requires_grad(true));
  const auto loss = jensen_shannon(views);
  loss.backward();
  EXPECT_NEAR(loss.item<double>(), golden["jensen_shannon"]["loss"].get<double>(), 1e-12);
  for (std::size_t i = 0; i < views.size(); ++i) {
    const auto gradient = tensor(golden["jensen_shannon"]["gradients"][i]);
    EXPECT_LT((views[i].grad() - gradient).abs().max().item<double>(), 1e-12);
  }
}

}  // namespace
}  // namespace temper::loss

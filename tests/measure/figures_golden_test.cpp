// Against uncertainty-calibration (Kumar et al.), scikit-learn, scipy and torch.func;
// scripts/golden/measure.py wrote the numbers.
#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/tanh.h>
#include <gtest/gtest.h>

#include "temper/measure/calibration.h"
#include "temper/measure/clusters.h"
#include "temper/measure/sensitivity.h"
#include "temper/measure/temperature.h"
#include "tests/support/golden.h"
#include "tests/support/tensor.h"

namespace temper::measure {
namespace {

using nlohmann::json;
using temper::testing::tensor;

void expect_near(const at::Tensor& value, const json& expected, double tolerance) {
  EXPECT_LT((value - tensor(expected)).abs().max().item<double>(), tolerance);
}

class FiguresGolden : public ::testing::Test {
 protected:
  const json sample = temper::testing::golden("measure/measure.json");
  const json golden = temper::testing::golden("measure/figures.json");
  const at::Tensor logits = tensor(sample["logits"]);
  const at::Tensor labels = tensor(sample["labels"]).to(at::kLong);
  const at::Tensor activations = tensor(golden["activations"]);
  const at::Tensor groups = tensor(golden["groups"]).to(at::kLong);
};

TEST_F(FiguresGolden, BinsOfEqualMassAreKumars) {
  for (const auto& expected : golden["by_mass"]) {
    const auto bins =
        reliability(logits, labels, expected["bins"].get<std::int64_t>(), Binning::mass);
    EXPECT_NEAR(expected_calibration_error(bins), expected["ece"].get<double>(), 1e-10);
    const double debiased = debiased_calibration_error(bins);
    EXPECT_NEAR(debiased, expected["debiased"].get<double>(), 1e-10);
    EXPECT_NEAR(debiased, expected["debiased_by_draws"].get<double>(), 3e-4);
  }
}

TEST_F(FiguresGolden, BrierScoreIsScikitLearns) {
  EXPECT_NEAR(brier_score(logits, labels), golden["brier"].get<double>(), 1e-12);
}

TEST_F(FiguresGolden, TemperatureIsWhereScipyFindsTheLeastLoss) {
  const auto fitted = fit_temperature(logits, labels);
  EXPECT_NEAR(fitted.value, golden["temperature"]["value"].get<double>(), 1e-6);
  EXPECT_NEAR(fitted.after, golden["temperature"]["after"].get<double>(), 1e-10);
  EXPECT_NEAR(fitted.before, sample["nll"].get<double>(), 1e-10);
}

TEST_F(FiguresGolden, PlaneIsNumpysThroughTheTemplates) {
  const auto& expected = golden["plane"];
  const auto plane = template_plane(activations, tensor(golden["head"]),
                                    expected["classes"].get<std::array<std::int64_t, 3>>());
  expect_near(plane.points, expected["points"], 1e-10);
  expect_near(plane.templates, expected["templates"], 1e-10);
}

TEST_F(FiguresGolden, DistancesAreThoseOfLoopsOverPairs) {
  const auto distances = cluster_distances(activations, groups);
  EXPECT_NEAR(distances.within, golden["distances"]["within"].get<double>(), 1e-10);
  EXPECT_NEAR(distances.between, golden["distances"]["between"].get<double>(), 1e-10);
}

TEST_F(FiguresGolden, PrincipalComponentsAreScikitLearns) {
  const auto found = principal_components(activations);
  expect_near(found.points, golden["pca"]["points"], 1e-10);
  expect_near(found.directions, golden["pca"]["directions"], 1e-10);
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_NEAR(found.explained[i], golden["pca"]["explained"][i].get<double>(), 1e-12);
}

TEST_F(FiguresGolden, SensitivityIsTheNormOfPyTorchsJacobian) {
  const auto& expected = golden["sensitivity"];
  const auto first = tensor(expected["first"]).set_requires_grad(true);
  const auto second = tensor(expected["second"]);
  const auto network = [&](const at::Tensor& images) {
    return images.matmul(first.t()).tanh().matmul(second.t());
  };
  expect_near(input_sensitivity(network, tensor(expected["images"])), expected["norms"], 1e-12);
  EXPECT_FALSE(first.grad().defined());
}

}  // namespace
}  // namespace temper::measure

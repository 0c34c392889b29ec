// Properties of calibration, temperature, intervals, clusters, norms and sensitivity.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/full.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/measure/accuracy.h"
#include "temper/measure/bootstrap.h"
#include "temper/measure/calibration.h"
#include "temper/measure/clusters.h"
#include "temper/measure/gap.h"
#include "temper/measure/likelihood.h"
#include "temper/measure/sensitivity.h"
#include "temper/measure/temperature.h"
#include "temper/measure/weight_norms.h"

namespace temper::measure {
namespace {

at::Tensor normal(at::IntArrayRef shape, std::uint64_t seed) {
  auto generator = at::detail::createCPUGenerator(seed);
  return at::randn(shape, generator, at::kDouble);
}

/// Labels drawn from the probabilities that the logits predict.
at::Tensor drawn_labels(const at::Tensor& logits, std::uint64_t seed) {
  const auto sums = at::softmax(logits, 1).cumsum(1).contiguous();
  const auto labels = at::empty({logits.size(0)}, at::kLong);
  Random random(seed, Purpose::inspect);
  for (std::int64_t row = 0; row < logits.size(0); ++row) {
    const double point = random.uniform();
    std::int64_t label = 0;
    const auto* limits = sums.const_data_ptr<double>() + row * logits.size(1);
    while (label + 1 < logits.size(1) && point >= limits[label]) ++label;
    labels.mutable_data_ptr<std::int64_t>()[row] = label;
  }
  return labels;
}

void expect_refused(const char* words, const std::function<void()>& call) {
  try {
    call();
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr(words));
  }
}

class Calibrated : public ::testing::TestWithParam<Binning> {
 protected:
  const at::Tensor logits = normal({20000, 6}, 1) * 2;
  const at::Tensor labels = drawn_labels(logits, 2);
};

TEST_P(Calibrated, NetworkHasNoErrorButItsBias) {
  const auto bins = reliability(logits, labels, 15, GetParam());
  EXPECT_LT(expected_calibration_error(bins), 0.015);
  EXPECT_LT(std::abs(debiased_calibration_error(bins)), 0.006);
}

TEST_P(Calibrated, NetworkSeenOnFewImagesKeepsTheKnownPartOfItsBias) {
  double plain = 0;
  double debiased = 0;
  constexpr int kSets = 60;
  for (int i = 0; i < kSets; ++i) {
    const auto some = logits.narrow(0, i * 300, 300);
    const auto bins = reliability(some, labels.narrow(0, i * 300, 300), 15, GetParam());
    plain += expected_calibration_error(bins) / kSets;
    debiased += debiased_calibration_error(bins) / kSets;
  }
  // A bin's difference d is nearly normal around 0, so that E|d| is s sqrt(2/pi), and the mean of
  // E|N(d, s^2)| is sqrt(2) times that.
  EXPECT_GT(plain, 0.05);
  EXPECT_NEAR(debiased / plain, 2 - std::sqrt(2), 0.05);
}

TEST_P(Calibrated, ButTooSureNetworkIsFoundOut) {
  const auto bins = reliability(logits * 3, labels, 15, GetParam());
  EXPECT_GT(expected_calibration_error(bins), 0.1);
  EXPECT_NEAR(debiased_calibration_error(bins), expected_calibration_error(bins), 0.005);
}

INSTANTIATE_TEST_SUITE_P(Both, Calibrated, ::testing::Values(Binning::width, Binning::mass));

TEST(EqualMass, BinsHoldTheSameNumberOfImagesButForOne) {
  const auto logits = normal({1003, 4}, 3);
  const auto bins = reliability(logits, drawn_labels(logits, 4), 15, Binning::mass);
  ASSERT_EQ(bins.size(), 15U);
  for (std::size_t i = 0; i < bins.size(); ++i) {
    EXPECT_EQ(bins[i].count, i < 1003 % 15 ? 67 : 66);
    EXPECT_EQ(bins[i].low, i == 0 ? 0 : bins[i - 1].high);
  }
  EXPECT_EQ(bins.back().high, 1);
}

TEST(EqualMass, KeepsEqualConfidencesTogether) {
  const auto logits = at::cat({at::zeros({10, 2}), at::full({1, 2}, 3.0).cumsum(1)});
  const auto bins = reliability(logits, at::zeros({11}, at::kLong), 5, Binning::mass);
  std::int64_t images = 0;
  for (const auto& bin : bins) images += bin.count;
  EXPECT_EQ(images, 11);
  EXPECT_EQ(bins.front().count, 10);
}

TEST(EqualMass, OfFewerImagesThanBinsHasOneEach) {
  const auto logits = normal({4, 3}, 5);
  EXPECT_EQ(reliability(logits, at::zeros({4}, at::kLong), 15, Binning::mass).size(), 4U);
}

TEST(Brier, IsZeroOfTheTruthTwoOfACertainErrorAndBetweenForAGuess) {
  const auto labels = at::arange(4);
  EXPECT_NEAR(brier_score(at::eye(4) * 900, labels), 0, 1e-15);
  EXPECT_NEAR(brier_score(at::eye(4).roll(1, 1) * 900, labels), 2, 1e-15);
  EXPECT_NEAR(brier_score(at::zeros({4, 4}), labels), 0.75, 1e-15);
}

TEST(Temperature, OfACalibratedNetworkIsAboutOneAndUndoesAFactor) {
  const auto logits = normal({20000, 6}, 6) * 2;
  const auto labels = drawn_labels(logits, 7);
  const auto fitted = fit_temperature(logits, labels);
  EXPECT_NEAR(fitted.value, 1, 0.03);
  EXPECT_LE(fitted.after, fitted.before);
  for (const double factor : {0.25, 3.0, 20.0}) {
    const auto other = fit_temperature(logits * factor, labels);
    EXPECT_NEAR(other.value / factor, fitted.value, 1e-9);
    EXPECT_FALSE(other.at_bound);
  }
}

TEST(Temperature, IsWhereNoNeighbourHasALowerLoss) {
  const auto logits = normal({500, 4}, 8) * 3;
  const auto labels = drawn_labels(logits / 2, 9);
  const auto fitted = fit_temperature(logits, labels);
  EXPECT_NEAR(negative_log_likelihood(divided(logits, fitted.value), labels), fitted.after, 1e-12);
  for (const double factor : {0.99, 1.01})
    EXPECT_GT(negative_log_likelihood(divided(logits, fitted.value * factor), labels),
              fitted.after);
}

TEST(Temperature, NeverChangesTheDecision) {
  auto logits = normal({5000, 10}, 10).to(at::kFloat);
  // Some logits are as close together as float32 allows.
  for (std::int64_t row = 0; row < 50; ++row) {
    logits[row][3] = std::nextafter(5.0F + static_cast<float>(row), 100.0F);
    logits[row][1] = 5.0F + static_cast<float>(row);
  }
  for (const double temperature : {0.01, 0.7, 1.0, 1.3, 3.0, 100.0})
    EXPECT_TRUE(at::equal(divided(logits, temperature).argmax(1), logits.argmax(1)));
}

TEST(Temperature, StopsAtABoundWhereTheLossHasNoMinimum) {
  const auto labels = at::arange(4);
  const auto found = fit_temperature(at::eye(4), labels);
  EXPECT_DOUBLE_EQ(found.value, 0.01);
  EXPECT_TRUE(found.at_bound);
  const auto wrong = fit_temperature(at::eye(4).roll(1, 1), labels);
  EXPECT_DOUBLE_EQ(wrong.value, 100);
  EXPECT_TRUE(wrong.at_bound);
}

TEST(Temperature, RefusesNoImagesAndNoTemperature) {
  expect_refused("images >= 1",
                 [] { fit_temperature(at::zeros({0, 3}), at::zeros({0}, at::kLong)); });
  expect_refused("expected > 0", [] { divided(at::zeros({1, 3}), 0); });
}

TEST(Bootstrap, OfAFractionIsAboutWilsons) {
  const auto rightness = at::arange(1000).lt(850);
  const auto interval = bootstrap(rightness);
  const auto closed = wilson(850, 1000);
  EXPECT_NEAR(interval.low, closed.low, 0.003);
  EXPECT_NEAR(interval.high, closed.high, 0.003);
}

TEST(Bootstrap, HoldsTheTruthAsOftenAsItSays) {
  int held = 0;
  constexpr int kTrials = 200;
  for (int i = 0; i < kTrials; ++i) {
    const auto interval = bootstrap(normal({60}, 100 + static_cast<std::uint64_t>(i)),
                                    {.seed = 3, .resamples = 400, .level = 0.9});
    held += interval.low <= 0 && 0 <= interval.high ? 1 : 0;
  }
  EXPECT_NEAR(held / static_cast<double>(kTrials), 0.9, 0.06);
}

TEST(Bootstrap, IsTheSameAgainAndAnotherUnderAnotherSeed) {
  const auto values = normal({300}, 11);
  EXPECT_EQ(bootstrap(values).low, bootstrap(values).low);
  EXPECT_NE(bootstrap(values).low, bootstrap(values, {.seed = 2}).low);
}

TEST(Bootstrap, OfEqualValuesHasNoWidth) {
  const auto interval = bootstrap(at::full({20}, 0.5));
  EXPECT_EQ(interval.low, 0.5);
  EXPECT_EQ(interval.high, 0.5);
}

TEST(Bootstrap, RefusesNothingAndWhatIsNoNumber) {
  expect_refused("at least one", [] { bootstrap(at::zeros({0})); });
  expect_refused("finite", [] { bootstrap(at::full({2}, std::nan(""))); });
  expect_refused("level", [] { bootstrap(at::ones({2}), {.level = 1}); });
}

TEST(Gap, IsNothingBetweenASetAndItself) {
  const auto logits = normal({200, 5}, 12);
  const auto labels = drawn_labels(logits, 13);
  const auto gap = generalisation_gap(logits, labels, logits, labels);
  EXPECT_EQ(gap.loss, 0);
  EXPECT_EQ(gap.accuracy, 0);
  EXPECT_LT(gap.loss_interval.low, 0);
  EXPECT_GT(gap.loss_interval.high, 0);
}

TEST(Gap, IsPositiveWhereTrainingImagesAreKnownByHeart) {
  const auto logits = normal({400, 5}, 14);
  const auto labels = drawn_labels(logits, 15);
  const auto gap = generalisation_gap(logits * 5, logits.argmax(1), logits, labels);
  EXPECT_NEAR(gap.accuracy, 1 - top_k_accuracy(logits, labels), 1e-12);
  EXPECT_GT(gap.loss_interval.low, 0);
  EXPECT_GT(gap.accuracy_interval.low, 0);
}

TEST(Gap, InAccuracyLiesWithinAHundredPointsForFewImages) {
  const auto logits = at::eye(2, at::kDouble).mul(20);
  const auto right = at::arange(2);
  const auto wrong = at::arange(2).flip(0);
  const auto gap = generalisation_gap(logits, right, logits, wrong);
  EXPECT_EQ(gap.accuracy, 1);
  EXPECT_EQ(gap.accuracy_interval.high, 1);
  EXPECT_NEAR(gap.accuracy_interval.low, 0.06999, 1e-5);
}

TEST(Plane, KeepsDistancesOfWhatLiesOnIt) {
  const auto head = normal({5, 16}, 16);
  const auto mix = at::softmax(normal({20, 3}, 17), 1);
  const auto points = mix.matmul(head.narrow(0, 1, 3));  // between the templates
  const auto plane = template_plane(points, head, {1, 2, 3});
  EXPECT_TRUE(
      at::allclose((plane.points[4] - plane.points[9]).norm(), (points[4] - points[9]).norm()));
  EXPECT_TRUE(at::allclose(plane.points, mix.matmul(plane.templates)));
  EXPECT_NEAR(plane.templates[1][1].item<double>(), 0, 1e-12);
}

TEST(Plane, IsRefusedWhereThereIsNone) {
  const auto head = at::arange(12, at::kDouble).view({4, 3});  // all on one line
  const auto points = at::zeros({2, 3});
  expect_refused("on one line", [&] { template_plane(points, head, {0, 1, 2}); });
  expect_refused("three different", [&] { template_plane(points, head, {0, 1, 1}); });
  expect_refused("in [0, 4)", [&] { template_plane(points, head, {0, 1, 4}); });
  expect_refused("expected [classes, 2]",
                 [&] { template_plane(at::zeros({2, 2}), head, {0, 1, 2}); });
}

TEST(Clusters, ShrinkWithTheirSpreadOnly) {
  const auto labels = at::arange(90) % 3;
  const auto centres = normal({3, 7}, 18) * 5;
  const auto noise = normal({90, 7}, 19);
  const auto wide = cluster_distances(centres.index_select(0, labels) + noise, labels);
  const auto tight = cluster_distances(centres.index_select(0, labels) + noise * 0.1, labels);
  EXPECT_NEAR(tight.within, wide.within / 10, 1e-10);
  EXPECT_LT(tight.ratio(), wide.ratio() / 5);
  EXPECT_NEAR(tight.between, wide.between, 0.6);
}

TEST(Clusters, OfOneClassHaveNoDistance) {
  expect_refused("one class only",
                 [] { cluster_distances(at::ones({3, 2}), at::zeros({3}, at::kLong)); });
  expect_refused("labels have shape [2]",
                 [] { cluster_distances(at::ones({3, 2}), at::zeros({2}, at::kLong)); });
}

TEST(Principal, FindsThePlaneInWhichPointsLie) {
  const auto flat =
      (normal({50, 2}, 20) * at::tensor({5.0, 1.0}, at::kDouble)).matmul(normal({2, 9}, 21));
  const auto found = principal_components(flat);
  EXPECT_NEAR(found.explained[0] + found.explained[1], 1, 1e-12);
  EXPECT_TRUE(at::allclose(found.points.matmul(found.directions) + flat.mean(0), flat));
  EXPECT_TRUE(at::allclose(found.directions.matmul(found.directions.t()), at::eye(2, at::kDouble)));
}

TEST(Principal, OfEqualPointsExplainsNothing) {
  const auto found = principal_components(at::ones({4, 3}));
  EXPECT_EQ(found.explained[0], 0);
  EXPECT_EQ(found.points.abs().max().item<double>(), 0);
}

TEST(WeightNorms, OfPartsAreThoseOfTheWhole) {
  const auto whole = normal({12, 5}, 22);
  const std::vector<at::Tensor> one{whole};
  const std::vector<at::Tensor> parts{whole.narrow(0, 0, 4), whole.narrow(0, 4, 8), at::zeros({0})};
  const auto a = weight_norms(one);
  const auto b = weight_norms(parts);
  EXPECT_NEAR(a.l2, whole.norm().item<double>(), 1e-12);
  EXPECT_NEAR(a.l2, b.l2, 1e-12);
  EXPECT_NEAR(a.l1, b.l1, 1e-12);
  EXPECT_EQ(a.largest, b.largest);
  EXPECT_EQ(a.count, 60);
  EXPECT_NEAR(a.root_mean_square, a.l2 / std::sqrt(60), 1e-15);
  EXPECT_EQ(weight_norms({}).root_mean_square, 0);
}

TEST(Sensitivity, GrowsWithTheWeightsAndIsNothingOfAConstant) {
  const auto weights = normal({3, 8}, 23) * 0.1;
  const auto images = normal({5, 2, 2, 2}, 24).to(at::kFloat);
  const auto at_scale = [&](double scale) {
    return input_sensitivity(
               [&](const at::Tensor& x) {
                 return x.to(at::kDouble).flatten(1).matmul(weights.t()) * scale;
               },
               images)
        .mean()
        .item<double>();
  };
  EXPECT_EQ(at_scale(0), 0);
  EXPECT_GT(at_scale(2), 1.5 * at_scale(1));
}

TEST(Sensitivity, WorksWhereGradientsAreSwitchedOff) {
  const at::NoGradGuard guard;
  const auto images = normal({4, 3}, 25);
  const auto norms = input_sensitivity([](const at::Tensor& x) { return x * 2; }, images);
  EXPECT_EQ(norms.sizes(), at::IntArrayRef({4}));
  EXPECT_GT(norms.min().item<double>(), 0);
}

TEST(Sensitivity, RefusesLogitsOfAnotherShape) {
  expect_refused("expected [4, c]", [] {
    input_sensitivity([](const at::Tensor& x) { return x.sum(); }, at::zeros({4, 3}));
  });
}

}  // namespace
}  // namespace temper::measure

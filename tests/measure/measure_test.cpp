#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "temper/core/error.h"
#include "temper/measure/accuracy.h"
#include "temper/measure/calibration.h"
#include "temper/measure/confusion.h"
#include "temper/measure/inputs.h"
#include "temper/measure/interval.h"
#include "temper/measure/likelihood.h"
#include "temper/measure/mistakes.h"

namespace temper::measure {
namespace {

struct Sample {
  at::Tensor logits;
  at::Tensor labels;
};

Sample sample(std::int64_t rows, std::int64_t classes, std::uint64_t seed) {
  auto generator = at::detail::createCPUGenerator(seed);
  return {at::randn({rows, classes}, generator, at::kFloat).mul(2),
          at::randint(classes, {rows}, generator, at::kLong)};
}

void expect_error(Code code, const char* words, const std::function<void()>& call) {
  try {
    call();
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code);
    EXPECT_THAT(error.what(), ::testing::HasSubstr(words));
  }
}

TEST(Accuracy, GrowsWithKUpToOne) {
  const auto [logits, labels] = sample(300, 9, 1);
  double before = 0;
  for (std::int64_t k = 1; k <= 9; ++k) {
    const double now = top_k_accuracy(logits, labels, k);
    EXPECT_GE(now, before);
    before = now;
  }
  EXPECT_EQ(before, 1);
}

TEST(Accuracy, TheLowerOfEqualClassesComesFirst) {
  const auto logits = at::zeros({4, 4});
  const auto labels = at::arange(4);
  for (std::int64_t k = 1; k <= 4; ++k) EXPECT_EQ(top_k_hits(logits, labels, k), k);
}

TEST(Accuracy, OfOneIsTheDiagonalOfTheConfusionMatrix) {
  const auto [logits, labels] = sample(500, 6, 2);
  EXPECT_EQ(top_k_hits(logits, labels),
            confusion_matrix(logits, labels).diagonal().sum().item<std::int64_t>());
}

TEST(Confusion, RowsAreTheTrueClasses) {
  const auto logits = at::tensor({0.F, 5.F, 0.F, 0.F, 5.F, 0.F, 9.F, 0.F, 0.F}).view({3, 3});
  const auto labels = at::tensor({0, 1, 0}, at::kLong);
  const auto confusion = confusion_matrix(logits, labels);
  EXPECT_EQ(confusion[0][1].item<int>(), 1);
  EXPECT_EQ(confusion[1][0].item<int>(), 0);
  EXPECT_EQ(confusion.sum().item<int>(), 3);
}

TEST(Confusion, AClassWithoutImagesHasNoRecallAndOneNeverPredictedNoPrecision) {
  const auto logits = at::tensor({5.F, 0.F, 0.F, 5.F, 0.F, 0.F}).view({2, 3});
  const auto counts = class_counts(confusion_matrix(logits, at::tensor({0, 1}, at::kLong)));
  EXPECT_EQ(counts[0].recall(), 1.0);
  EXPECT_EQ(counts[0].precision(), 0.5);
  EXPECT_EQ(counts[1].recall(), 0.0);
  EXPECT_EQ(counts[1].precision(), std::nullopt);
  EXPECT_EQ(counts[2].recall(), std::nullopt);
}

TEST(Wilson, HoldsTheFractionAndNarrowsWithMoreTrials) {
  double width = 1;
  for (std::int64_t trials : {10, 100, 1000, 10000}) {
    const auto interval = wilson(trials * 9 / 10, trials);
    EXPECT_LT(interval.low, 0.9);
    EXPECT_GT(interval.high, 0.9);
    EXPECT_LT(interval.high - interval.low, width);
    width = interval.high - interval.low;
  }
}

TEST(Wilson, MirrorsWhenSuccessAndFailureTrade) {
  const auto some = wilson(13, 40);
  const auto others = wilson(27, 40);
  EXPECT_NEAR(some.low, 1 - others.high, 1e-15);
  EXPECT_NEAR(some.high, 1 - others.low, 1e-15);
}

TEST(Wilson, RefusesMoreSuccessesThanTrials) {
  expect_error(Code::data, "5 successes of 4", [] { wilson(5, 4); });
  expect_error(Code::data, "at least one trial", [] { wilson(0, 0); });
  expect_error(Code::data, "-1 successes", [] { wilson(-1, 3); });
}

TEST(Newcombe, IsThatOfThePaper) {
  struct Row {
    Fraction a;
    Fraction b;
    Interval expected;
  };
  // Newcombe 1998, table II, method 10.
  for (const auto& [a, b, expected] :
       {Row{{56, 70}, {48, 80}, {0.0524, 0.3339}}, Row{{9, 10}, {3, 10}, {0.1705, 0.8090}},
        Row{{5, 56}, {0, 29}, {-0.0381, 0.1926}}, Row{{0, 10}, {0, 20}, {-0.1611, 0.2775}},
        Row{{10, 10}, {0, 20}, {0.6791, 1}}, Row{{10, 10}, {0, 10}, {0.6075, 1}}}) {
    const auto found = newcombe(a, b);
    EXPECT_NEAR(found.low, expected.low, 5e-5);
    EXPECT_NEAR(found.high, expected.high, 5e-5);
    const auto mirrored = newcombe(b, a);
    EXPECT_NEAR(mirrored.low, -found.high, 1e-15);
    EXPECT_NEAR(mirrored.high, -found.low, 1e-15);
  }
}

TEST(Newcombe, StaysWithinAHundredPoints) {
  for (std::int64_t trials = 1; trials <= 12; ++trials)
    for (std::int64_t a = 0; a <= trials; ++a)
      for (std::int64_t b = 0; b <= 5; ++b) {
        const auto found = newcombe({a, trials}, {b, 5});
        const double gap =
            static_cast<double>(a) / static_cast<double>(trials) - static_cast<double>(b) / 5;
        EXPECT_GE(found.low, -1);
        EXPECT_LE(found.low, gap);
        EXPECT_GE(found.high, gap);
        EXPECT_LE(found.high, 1);
        EXPECT_LT(found.low, found.high) << "also where all or none are right";
      }
  expect_error(Code::data, "at least one trial", [] { newcombe({1, 2}, {0, 0}); });
}

TEST(Likelihood, OfANetworkThatKnowsNothingIsTheLogarithmOfTheClasses) {
  const auto labels = at::arange(10);
  EXPECT_DOUBLE_EQ(negative_log_likelihood(at::full({10, 10}, 3.0), labels), std::log(10));
}

TEST(Likelihood, SurvivesLogitsWhoseExponentialsDoNot) {
  const auto logits = at::tensor({1000.F, 0.F, -1000.F, 0.F}).view({2, 2});
  EXPECT_DOUBLE_EQ(negative_log_likelihood(logits, at::tensor({1, 0}, at::kLong)), 1000);
}

TEST(Likelihood, IsTheSameInPiecesAsInOne) {
  const auto [logits, labels] = sample(5000, 3, 4);
  const auto whole = logits.to(at::kDouble)
                         .log_softmax(1)
                         .gather(1, labels.unsqueeze(1))
                         .mean()
                         .neg()
                         .item<double>();
  EXPECT_NEAR(negative_log_likelihood(logits, labels), whole, 1e-12);
}

TEST(Calibration, EveryImageLiesInTheBinThatHoldsItsConfidence) {
  const auto [logits, labels] = sample(2000, 5, 5);
  std::int64_t images = 0;
  for (const auto& bin : reliability(logits, labels)) {
    images += bin.count;
    if (bin.count == 0) continue;
    EXPECT_GT(bin.confidence, bin.low);
    EXPECT_LE(bin.confidence, bin.high + 1e-15);
  }
  EXPECT_EQ(images, 2000);
}

TEST(Calibration, AConfidenceOnTheEdgeBelongsToTheBinBelow) {
  const auto logits = at::zeros({1, 2});  // confidence one half
  const auto bins = reliability(logits, at::zeros({1}, at::kLong), 2);
  EXPECT_EQ(bins[0].count, 1);
  EXPECT_EQ(bins[1].count, 0);
}

TEST(Calibration, SaturatedConfidencesShareTheLastBin) {
  const auto logits = at::tensor({900.F, 0.F, 4.F, 0.F}).view({2, 2});
  EXPECT_EQ(reliability(logits, at::zeros({2}, at::kLong)).back().count, 2);
}

TEST(Calibration, ErrorOfSureAndAlwaysWrongIsOne) {
  const auto logits = at::tensor({900.F, 0.F}).view({1, 2});
  const auto wrong = at::tensor({1}, at::kLong);
  EXPECT_DOUBLE_EQ(expected_calibration_error(reliability(logits, wrong)), 1);
}

TEST(Calibration, ErrorWithOneBinIsAccuracyAgainstMeanConfidence) {
  const auto [logits, labels] = sample(400, 4, 6);
  const double gap = top_k_accuracy(logits, labels) - confidence(logits).mean().item<double>();
  EXPECT_NEAR(expected_calibration_error(reliability(logits, labels, 1)), std::abs(gap), 1e-12);
}

TEST(Mistakes, AreWrongSurestFirstAndNoneSurerIsLeftOut) {
  const auto [logits, labels] = sample(400, 8, 7);
  const auto all = most_confident_mistakes(logits, labels, 400);
  EXPECT_EQ(static_cast<std::int64_t>(all.size()), 400 - top_k_hits(logits, labels));
  const auto sure = confidence(logits);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_NE(all[i].label, all[i].predicted);
    EXPECT_EQ(all[i].label, labels[all[i].row].item<std::int64_t>());
    EXPECT_EQ(all[i].confidence, sure[all[i].row].item<double>());
    EXPECT_LE(all[i].confidence, i > 0 ? all[i - 1].confidence : 1);
  }
  const auto few = most_confident_mistakes(logits, labels, 5);
  ASSERT_EQ(few.size(), 5U);
  for (std::size_t i = 0; i < few.size(); ++i) EXPECT_EQ(few[i].row, all[i].row);
}

TEST(Mistakes, OfAFaultlessNetworkAreNone) {
  const auto labels = at::arange(3);
  EXPECT_TRUE(
      most_confident_mistakes(
          at::tensor({1.F, 0.F, 0.F, 0.F, 1.F, 0.F, 0.F, 0.F, 1.F}).view({3, 3}), labels, 24)
          .empty());
}

TEST(Inputs, LabelsOutsideTheClassesAreNamed) {
  const auto logits = at::zeros({2, 3});
  expect_error(Code::data, "label 3 lies outside [0, 3)",
               [&] { check(logits, at::tensor({0, 3}, at::kLong)); });
  expect_error(Code::data, "label -1 lies outside",
               [&] { check(logits, at::tensor({0, -1}, at::kLong)); });
}

TEST(Inputs, ShapesAndTypesThatDoNotFitAreRefused) {
  const auto labels = at::zeros({2}, at::kLong);
  expect_error(Code::data, "[2]", [&] { check(at::zeros({2}), labels); });
  expect_error(Code::data, "[0, 3]", [&] { check(at::zeros({0, 3}), labels); });
  expect_error(Code::data, "expected floating",
               [&] { check(at::zeros({2, 3}, at::kLong), labels); });
  expect_error(Code::data, "expected int64 [2]",
               [&] { check(at::zeros({2, 3}), at::zeros({3}, at::kLong)); });
  expect_error(Code::data, "expected int64 [2]",
               [&] { check(at::zeros({2, 3}), at::zeros({2}, at::kFloat)); });
  expect_error(Code::data, "k in [1, 3]", [&] { top_k_hits(at::zeros({2, 3}), labels, 4); });
  expect_error(Code::data, "at least 1", [&] { reliability(at::zeros({2, 3}), labels, 0); });
}

TEST(Inputs, LogitsThatAreNotFiniteAreANumericalError) {
  auto logits = at::zeros({3, 3});
  logits[1][2] = std::numeric_limits<float>::quiet_NaN();
  expect_error(Code::numerical, "1 of 3 images",
               [&] { negative_log_likelihood(logits, at::zeros({3}, at::kLong)); });
}

TEST(Inputs, LargeFiniteLogitsWhoseSumOverflowsAreFine) {
  const auto logits = at::full({4, 4}, 1e308, at::kDouble);
  EXPECT_NO_THROW(check_logits(logits));
}

}  // namespace
}  // namespace temper::measure

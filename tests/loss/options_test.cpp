// The options of single losses.
#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "temper/core/error.h"
#include "temper/loss/distillation.h"
#include "temper/loss/jensen_shannon.h"
#include "temper/loss/loss.h"

namespace temper::loss {
namespace {

constexpr std::int64_t kClasses = 4;

at::Tensor some_logits(double begin = 0) {
  return at::linspace(begin, begin + 30, 6 * kClasses, at::kDouble)
      .sin()
      .mul(2)
      .view({6, kClasses});
}

Inputs inputs() {
  return {.logits = some_logits(),
          .targets = loss::one_hot(at::arange(6) % kClasses, kClasses).to(at::kDouble)};
}

double value(const Loss& loss, const Inputs& given = inputs()) {
  return compute(loss, given).item<double>();
}

void expect_refused(const Loss& loss, const char* words) {
  try {
    check(loss, kClasses);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), ::testing::HasSubstr(words));
  }
}

TEST(ClassWeights, AllAlikeChangeNothing) {
  for (const auto mean : {WeightedMean::weights, WeightedMean::rows})
    EXPECT_NEAR(value(CrossEntropy{.class_weights = {1, 1, 1, 1}, .weighted_mean = mean}),
                value(CrossEntropy{}), 1e-15);
}

TEST(ClassWeights, DivideByTheWeightsUnlessAskedForTheRows) {
  const std::vector<double> doubled{2, 2, 2, 2};
  EXPECT_NEAR(value(CrossEntropy{.class_weights = doubled}), value(CrossEntropy{}), 1e-15);
  EXPECT_NEAR(value(CrossEntropy{.class_weights = doubled, .weighted_mean = WeightedMean::rows}),
              2 * value(CrossEntropy{}), 1e-14);
}

TEST(ClassWeights, OfABatchWithoutWeightGiveNoLoss) {
  auto given = inputs();
  given.targets = loss::one_hot(at::full({6}, 3L), kClasses).to(at::kDouble);
  EXPECT_EQ(value(CrossEntropy{.class_weights = {1, 1, 1, 0}}, given), 0);
}

TEST(ClassWeights, ThatDoNotFitTheClassesAreRefused) {
  expect_refused(CrossEntropy{.class_weights = {1, 2, 3}}, "3 numbers and the data 4 classes");
  expect_refused(CrossEntropy{.class_weights = {0, 0, 0, 0}}, "all 0");
  EXPECT_THROW(value(CrossEntropy{.class_weights = {1, 2, 3}}), Error);
  EXPECT_NO_THROW(check(CrossEntropy{.class_weights = {1, 2, 3, 0}}, kClasses));
}

TEST(Smoothing, OfOneClassIsRefused) {
  for (const Loss& loss : {Loss(CrossEntropy{.label_smoothing = LabelSmoothing{}}),
                           Loss(Poly1{.label_smoothing = LabelSmoothing{}}),
                           Loss(Bce{.label_smoothing = LabelSmoothing{}})})
    EXPECT_THROW(check(loss, 1), Error);
}

TEST(Smoothing, AsksForThePriorInOneForm) {
  EXPECT_FALSE(needs_prior(CrossEntropy{}));
  EXPECT_FALSE(needs_prior(Huber{}));
  EXPECT_FALSE(needs_prior(CrossEntropy{.label_smoothing = LabelSmoothing{}}));
  EXPECT_TRUE(needs_prior(Bce{.label_smoothing = LabelSmoothing{.form = SmoothingForm::unigram}}));
}

TEST(Penalty, OfAUniformDistributionIsMinusItsLogarithm) {
  const auto none = at::zeros({3, kClasses}, at::kDouble);
  const auto rows = confidence_penalties({.beta = 2}, none);
  EXPECT_TRUE(at::allclose(rows, at::full({3}, -2 * std::log(4), at::kDouble)));
}

TEST(Penalty, WithAHingeStopsAtTheThreshold) {
  const ConfidencePenalty hinge{.beta = 2, .form = PenaltyForm::hinge, .threshold = 1};
  const auto logits =
      at::tensor({0.0, 0.0, 0.0, 0.0, 900.0, 0.0, 0.0, 0.0}, at::kDouble).view({2, 4});
  const auto rows = confidence_penalties(hinge, logits);
  EXPECT_EQ(rows[0].item<double>(), 0);
  EXPECT_EQ(rows[1].item<double>(), 2);
}

TEST(Penalty, OfNoStrengthChangesNothing) {
  EXPECT_EQ(value(CrossEntropy{.confidence_penalty = ConfidencePenalty{.beta = 0}}),
            value(CrossEntropy{}));
}

TEST(Poly1, WithoutItsTermIsCrossEntropy) {
  EXPECT_NEAR(value(Poly1{.epsilon = 0}), value(CrossEntropy{}), 1e-15);
}

TEST(Focal, WithoutItsFactorIsCrossEntropy) {
  EXPECT_NEAR(value(Focal{.gamma = 0}), value(CrossEntropy{}), 1e-15);
  EXPECT_NEAR(value(Focal{.gamma = 0, .form = FocalForm::sigmoid}), value(Bce{}), 1e-15);
}

TEST(Focal, HasAFiniteGradientWhereTheAnswerIsCertain) {
  for (const double gamma : {0.0, 0.5, 1.0, 2.0})
    for (const auto form : {FocalForm::softmax, FocalForm::sigmoid}) {
      auto given = inputs();
      given.logits = given.targets.to(at::kFloat).mul(2000).sub(1000).set_requires_grad(true);
      const auto loss = compute(Focal{.gamma = gamma, .form = form}, given);
      loss.backward();
      EXPECT_EQ(loss.item<double>(), 0);
      EXPECT_TRUE(at::isfinite(given.logits.grad()).all().item<bool>()) << gamma;
    }
}

TEST(Focal, RefusesOptionsOfTheOtherForm) {
  expect_refused(Focal{.alpha = 0.25}, "alpha applies to the sigmoid form only");
  expect_refused(Focal{.sum_classes = true}, "sum_classes applies to the sigmoid form only");
  EXPECT_NO_THROW(
      check(Focal{.form = FocalForm::sigmoid, .alpha = 0.25, .sum_classes = true}, kClasses));
}

TEST(Bce, WithAThresholdTakesEveryClassOfAMixForAYes) {
  auto mixed = inputs();
  mixed.targets = mixed.targets.mul(0.7) + mixed.targets.roll(1, 1).mul(0.3);
  auto yes = mixed;
  yes.targets = mixed.targets.gt(0).to(at::kDouble);
  EXPECT_EQ(value(Bce{.target_threshold = 0.2}, mixed), value(Bce{}, yes));
  EXPECT_EQ(value(Bce{.target_threshold = 0}, mixed), value(Bce{}, yes));
  EXPECT_EQ(value(Bce{.target_threshold = 0.5}, mixed), value(Bce{}));
  EXPECT_NE(value(Bce{}, mixed), value(Bce{}, yes));
}

TEST(Regression, LeavesValuesThatAreMissingOut) {
  for (const Loss& loss : {Loss(Mse{}), Loss(Huber{})}) {
    auto given = inputs();
    given.targets = some_logits(1);
    given.labelled = at::ones({6}, at::kBool);
    given.labelled[2] = false;
    const double whole = value(loss, given);
    given.targets[2].fill_(std::numeric_limits<double>::quiet_NaN());
    given.logits.set_requires_grad(true);
    const auto again = compute(loss, given);
    again.backward();
    EXPECT_EQ(again.item<double>(), whole);
    EXPECT_TRUE(at::isfinite(given.logits.grad()).all().item<bool>());
  }
}

TEST(Regression, RefusesTargetsOfAnotherShape) {
  auto given = inputs();
  given.targets = at::zeros({6, 1});
  EXPECT_THROW(value(Mse{}, given), Error);
  EXPECT_THROW(value(Huber{}, given), Error);
}

TEST(Regression, HuberIsHalfTheSquaredErrorWithinItsDelta) {
  EXPECT_NEAR(value(Huber{.delta = 1e3}), value(Mse{}) / 2, 1e-14);
}

TEST(JensenShannon, IsNothingWhereViewsAgreeAndLnOfTheirNumberAtMost) {
  const std::vector<at::Tensor> same(3, some_logits());
  EXPECT_NEAR(jensen_shannon(same).item<double>(), 0, 1e-15);
  const auto one = loss::one_hot(at::arange(3), kClasses).to(at::kDouble).mul(800);
  const std::vector<at::Tensor> others{one, one.roll(1, 1), one.roll(2, 1)};
  EXPECT_NEAR(jensen_shannon(others).item<double>(), std::log(3), 1e-12);
}

TEST(JensenShannon, RefusesASingleViewAndOthersShapes) {
  const std::vector<at::Tensor> one{some_logits()};
  EXPECT_THROW(jensen_shannon(one), Error);
  const std::vector<at::Tensor> two{some_logits(), some_logits().slice(1, 1)};
  EXPECT_THROW(jensen_shannon(two), Error);
}

TEST(Teaching, ByItselfTeachesNothing) {
  auto given = inputs();
  given.logits.set_requires_grad(true);
  const auto loss = teaching(SoftDistillation{.temperature = 3}, some_logits(), given);
  loss.backward();
  EXPECT_NEAR(loss.item<double>(), 0, 1e-15);
  EXPECT_LT(given.logits.grad().abs().max().item<double>(), 1e-15);
}

TEST(Teaching, ByDecisionIsCrossEntropyAtTheTeachersLargestLogit) {
  const auto teacher = some_logits(2).mul(10);
  const auto hard = teaching(HardDistillation{}, teacher, inputs()).item<double>();
  auto sharp = inputs();
  sharp.targets = loss::one_hot(teacher.argmax(1), kClasses).to(at::kDouble);
  EXPECT_NEAR(hard, value(CrossEntropy{}, sharp), 1e-14);
}

TEST(Teaching, LeavesTheTeacherWithoutAGradient) {
  auto given = inputs();
  given.logits.set_requires_grad(true);
  const auto teacher = some_logits(2).set_requires_grad(true);
  combine_with_distillation({.weight = 0.5}, compute(CrossEntropy{}, given), teacher, given)
      .backward();
  EXPECT_FALSE(teacher.grad().defined());
}

TEST(Teaching, StandsBesideTheLossByItsWeight) {
  const auto given = inputs();
  const auto loss = compute(CrossEntropy{}, given);
  const auto teacher = some_logits(2);
  const auto distance = teaching(SoftDistillation{}, teacher, given).item<double>();
  for (const double weight : {0.0, 0.3, 1.0})
    EXPECT_NEAR(combine_with_distillation({.weight = weight}, loss, teacher, given).item<double>(),
                (1 - weight) * loss.item<double>() + weight * distance, 1e-14);
}

TEST(Teaching, RefusesATeacherOfOtherClasses) {
  EXPECT_THROW(teaching(SoftDistillation{}, at::zeros({6, 3}), inputs()), Error);
}

}  // namespace
}  // namespace temper::loss

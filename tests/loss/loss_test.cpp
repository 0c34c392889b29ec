#include "temper/loss/loss.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include <limits>

#include "temper/core/error.h"
#include "tests/support/golden.h"
#include "tests/support/tensor.h"

namespace temper::loss {
namespace {

constexpr std::int64_t kClasses = 10;
constexpr std::array kForms{SmoothingForm::off_target, SmoothingForm::uniform,
                            SmoothingForm::classy, SmoothingForm::unigram};

/// Shares of the classes, all different.
at::Tensor prior() {
  const auto parts = at::arange(1, kClasses + 1, at::kFloat);
  return parts / parts.sum();
}

at::Tensor smoothed(double alpha, SmoothingForm form) {
  return smooth(loss::one_hot(at::arange(kClasses), kClasses), {.alpha = alpha, .form = form},
                prior());
}

float entry(const at::Tensor& table, std::int64_t row, std::int64_t column) {
  return table[row][column].item<float>();
}

TEST(LabelSmoothing, MovesTheMassThatItsFormSays) {
  const auto off_target = smoothed(0.1, SmoothingForm::off_target);
  EXPECT_FLOAT_EQ(entry(off_target, 3, 3), 0.9F);
  EXPECT_FLOAT_EQ(entry(off_target, 3, 4), 0.1F / 9);
  const auto uniform = smoothed(0.1, SmoothingForm::uniform);
  EXPECT_FLOAT_EQ(entry(uniform, 3, 3), 0.91F);
  EXPECT_FLOAT_EQ(entry(uniform, 3, 4), 0.01F);
  const auto classy = smoothed(0.1, SmoothingForm::classy);
  EXPECT_FLOAT_EQ(entry(classy, 3, 3), 1.01F / 1.1F);
  EXPECT_FLOAT_EQ(entry(classy, 3, 4), 0.01F / 1.1F);
  const auto unigram = smoothed(0.1, SmoothingForm::unigram);
  EXPECT_FLOAT_EQ(entry(unigram, 3, 3), 0.9F + 0.1F * 4 / 55);
  EXPECT_FLOAT_EQ(entry(unigram, 3, 4), 0.1F * 5 / 55);
}

TEST(LabelSmoothing, KeepsRowsDistributions) {
  for (const auto form : kForms)
    EXPECT_TRUE(at::allclose(smoothed(0.3, form).sum(1), at::ones({kClasses})));
}

TEST(LabelSmoothing, OffTargetIsUniformWithMoreMass) {
  const double alpha = 0.1;
  EXPECT_TRUE(at::allclose(smoothed(alpha, SmoothingForm::off_target),
                           smoothed(alpha * kClasses / (kClasses - 1), SmoothingForm::uniform)));
}

TEST(LabelSmoothing, ClassyIsUniformWithLessMass) {
  EXPECT_TRUE(at::allclose(smoothed(0.25, SmoothingForm::classy),
                           smoothed(0.25 / 1.25, SmoothingForm::uniform)));
}

TEST(LabelSmoothing, UnigramOfEqualSharesIsUniform) {
  const auto targets = loss::one_hot(at::arange(kClasses), kClasses);
  EXPECT_TRUE(at::allclose(smooth(targets, {.alpha = 0.2, .form = SmoothingForm::unigram},
                                  at::full({kClasses}, 1.0 / kClasses)),
                           smoothed(0.2, SmoothingForm::uniform)));
}

TEST(LabelSmoothing, UnigramRefusesToGuessTheShares) {
  const LabelSmoothing unigram{.form = SmoothingForm::unigram};
  const auto targets = loss::one_hot(at::arange(kClasses), kClasses);
  EXPECT_THROW(smooth(targets, unigram), Error);
  EXPECT_THROW(smooth(targets, unigram, prior().slice(0, 1)), Error);
}

TEST(LabelSmoothing, CommutesWithMixing) {
  const auto a = loss::one_hot(at::arange(kClasses), kClasses);
  const auto b = loss::one_hot(at::arange(kClasses).flip(0), kClasses);
  for (const auto form : kForms) {
    const LabelSmoothing smoothing{.alpha = 0.2, .form = form};
    EXPECT_TRUE(at::allclose(
        smooth(a.mul(0.3) + b.mul(0.7), smoothing, prior()),
        smooth(a, smoothing, prior()).mul(0.3) + smooth(b, smoothing, prior()).mul(0.7)));
  }
}

TEST(LabelSmoothing, OfNothingChangesNothing) {
  const auto targets = loss::one_hot(at::arange(kClasses), kClasses);
  for (const auto form : kForms) EXPECT_TRUE(at::equal(smoothed(0, form), targets));
}

TEST(LabelSmoothing, RefusesASingleClass) {
  EXPECT_THROW(smooth(at::ones({3, 1}), {}), Error);
}

TEST(OneHot, LeavesRowsWithoutALabelEmpty) {
  auto labels = at::arange(3);
  labels[1] = -1;
  const auto targets = loss::one_hot(labels, 3);
  EXPECT_TRUE(at::equal(targets.sum(1), at::ones({3}).index_fill_(0, at::full({1}, 1L), 0)));
  EXPECT_EQ(entry(targets, 2, 2), 1);
}

class CrossEntropyGolden : public ::testing::Test {
 protected:
  void agrees(const char* name, const Loss& loss, const at::Tensor& targets) {
    const auto logits = temper::testing::tensor(golden["logits"]).set_requires_grad(true);
    const auto value = compute(loss, {.logits = logits, .targets = targets});
    value.backward();
    EXPECT_NEAR(value.item<double>(), golden[name]["loss"].get<double>(), tolerance);
    EXPECT_TRUE(at::allclose(logits.grad(), temper::testing::tensor(golden[name]["gradient"]), 0,
                             tolerance));
  }
  static Loss smoothed_by(double alpha, SmoothingForm form) {
    return CrossEntropy{.label_smoothing = LabelSmoothing{.alpha = alpha, .form = form}};
  }
  [[nodiscard]] at::Tensor hard() const {
    return loss::one_hot(temper::testing::tensor(golden["labels"]).to(at::kLong), kClasses)
        .to(at::kDouble);
  }

  nlohmann::json golden = temper::testing::golden("loss/cross_entropy.json");
  double tolerance = 1e-12;
};

TEST_F(CrossEntropyGolden, IsPyTorchsOnLabels) {
  agrees("hard", CrossEntropy{}, hard());
}

TEST_F(CrossEntropyGolden, IsPyTorchsOnSoftTargets) {
  agrees("soft_plain", CrossEntropy{}, temper::testing::tensor(golden["soft"]));
}

TEST_F(CrossEntropyGolden, IsPyTorchsWithUniformSmoothing) {
  agrees("hard_smoothed_0.1", smoothed_by(0.1, SmoothingForm::uniform), hard());
  agrees("hard_smoothed_0.1", smoothed_by(0.09, SmoothingForm::off_target), hard());
  agrees("soft_smoothed_0.2", smoothed_by(0.2, SmoothingForm::uniform),
         temper::testing::tensor(golden["soft"]));
}

TEST_F(CrossEntropyGolden, IsTheSameInFloat32) {
  const auto logits = temper::testing::tensor(golden["logits"]).to(at::kFloat);
  EXPECT_NEAR(cross_entropy(logits, hard()).item<double>(), golden["hard"]["loss"].get<double>(),
              1e-6);
}

TEST_F(CrossEntropyGolden, IsComputedInFloat32WhereTheNetworkIsNot) {
  const auto logits = temper::testing::tensor(golden["logits"]).to(at::kBFloat16);
  const auto loss = cross_entropy(logits, hard());
  EXPECT_EQ(loss.scalar_type(), at::kFloat);
  EXPECT_NEAR(loss.item<double>(), cross_entropy(logits.to(at::kDouble), hard()).item<double>(),
              1e-5);
}

TEST_F(CrossEntropyGolden, CountsLabelledRowsOnly) {
  const auto all = temper::testing::tensor(golden["logits"]);
  auto broken = all.clone();
  broken.slice(0, 5).fill_(std::numeric_limits<double>::quiet_NaN());
  broken.set_requires_grad(true);
  auto labelled = at::ones({8}, at::kBool);
  labelled.slice(0, 5).fill_(false);
  const auto loss = cross_entropy(broken, hard(), labelled);
  EXPECT_NEAR(loss.item<double>(),
              cross_entropy(all.slice(0, 0, 5), hard().slice(0, 0, 5)).item<double>(), 1e-14);
}

TEST_F(CrossEntropyGolden, IsZeroWithNothingLabelled) {
  const auto logits = temper::testing::tensor(golden["logits"]).set_requires_grad(true);
  const auto loss = cross_entropy(logits, hard(), at::zeros({8}, at::kBool));
  loss.backward();
  EXPECT_EQ(loss.item<double>(), 0);
  EXPECT_TRUE(at::equal(logits.grad(), at::zeros_like(logits)));
}

TEST(CustomLoss, IsGivenTheLabelledRows) {
  std::int64_t rows = 0;
  const Loss loss = Custom{.name = "sum", .function = [&](const auto& logits, const auto& targets) {
                             rows = logits.size(0);
                             return (logits - targets).sum();
                           }};
  auto labelled = at::ones({4}, at::kBool);
  labelled[2] = false;
  EXPECT_EQ(
      compute(loss,
              {.logits = at::ones({4, 3}), .targets = at::zeros({4, 3}), .labelled = labelled})
          .item<double>(),
      9);
  EXPECT_EQ(rows, 3);
}

TEST(CustomLoss, WithoutAFunctionIsAnErrorThatSaysWhatItIsFor) {
  try {
    compute(Custom{.name = "mine"}, {.logits = at::ones({1, 2}), .targets = at::ones({1, 2})});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_NE(std::string(error.what()).find("custom"), std::string::npos);
  }
}

}  // namespace
}  // namespace temper::loss

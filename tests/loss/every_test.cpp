// Properties of every loss; a new one is covered as soon as it is added.
#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include <set>

#include "temper/core/error.h"
#include "temper/loss/loss.h"
#include "tests/support/options.h"

namespace temper::loss {
namespace {

constexpr std::int64_t kRows = 12;
constexpr std::int64_t kClasses = 5;

at::Tensor some_logits(at::ScalarType type = at::kDouble) {
  return at::linspace(0, 40, kRows * kClasses, type).sin().mul(3).reshape({kRows, kClasses});
}

at::Tensor mean_squares(const at::Tensor& logits, const at::Tensor& targets) {
  return (logits - targets).square().mean();
}

/// Switches all optional parts on.
void switch_on(const Group& options) {
  for (const auto& item : options.items)
    if (const auto* view = std::get_if<std::function<OptionalView()>>(&item.slot)) {
      (*view)().set_present(true);
      const auto inner = (*view)().value();
      if (const auto* group = std::get_if<std::function<Group()>>(&inner)) switch_on((*group)());
    }
}

class EveryLoss : public ::testing::TestWithParam<std::string_view> {
 protected:
  EveryLoss() {
    if (auto* custom = std::get_if<Custom>(&loss)) custom->function = mean_squares;
    if (auto* entropy = std::get_if<CrossEntropy>(&loss)) entropy->class_weights = {1, 2, 3, 0, 1};
    switch_on(group(loss));
  }

  [[nodiscard]] static Inputs inputs(at::ScalarType type = at::kDouble) {
    return {.logits = some_logits(type).set_requires_grad(true),
            .targets = loss::one_hot(at::arange(kRows) % kClasses, kClasses),
            .labelled = at::ones({kRows}, at::kBool)};
  }
  /// The loss; its gradient is left in the logits.
  [[nodiscard]] double differentiated(const Inputs& inputs) const {
    const auto value = compute(loss, inputs);
    value.backward();
    return value.item<double>();
  }

  Loss loss = temper::testing::alternative<Loss>(GetParam());
};

TEST_P(EveryLoss, IsAScalarWhoseGradientIsFiniteAndNotZero) {
  for (const auto type : {at::kDouble, at::kFloat}) {
    const auto given = inputs(type);
    const auto value = compute(loss, given);
    EXPECT_EQ(value.dim(), 0);
    EXPECT_EQ(value.scalar_type(), type);
    value.backward();
    EXPECT_TRUE(std::isfinite(value.item<double>()));
    EXPECT_TRUE(at::isfinite(given.logits.grad()).all().item<bool>());
    EXPECT_GT(given.logits.grad().abs().max().item<double>(), 0);
  }
}

TEST_P(EveryLoss, HasTheGradientThatDifferencesSay) {
  auto given = inputs();
  const auto before = differentiated(given);
  const auto direction = at::linspace(-1, 1, kRows * kClasses, at::kDouble).view({kRows, kClasses});
  const auto slope = (given.logits.grad() * direction).sum().item<double>();
  constexpr double h = 1e-6;
  given.logits = some_logits() + direction * h;
  EXPECT_NEAR((compute(loss, given).item<double>() - before) / h, slope, 1e-4);
}

TEST_P(EveryLoss, IsFiniteOfLogitsThatSaturate) {
  auto given = inputs(at::kFloat);
  given.logits = some_logits(at::kFloat).mul(100).set_requires_grad(true);
  EXPECT_TRUE(std::isfinite(differentiated(given)));
  EXPECT_TRUE(at::isfinite(given.logits.grad()).all().item<bool>());
}

TEST_P(EveryLoss, LooksAtLabelledRowsOnly) {
  auto given = inputs();
  given.labelled = at::arange(kRows) % 3 != 0;
  const double value = differentiated(given);
  auto other = inputs();
  other.labelled = given.labelled;
  other.logits = at::where(given.labelled.unsqueeze(1), some_logits(), 7.0).set_requires_grad(true);
  EXPECT_EQ(compute(loss, other).item<double>(), value);
  EXPECT_EQ(given.logits.grad().index_select(0, at::arange(0, kRows, 3)).abs().max().item<double>(),
            0);
  const auto rows = given.labelled.nonzero().squeeze(1);
  const Inputs alone{.logits = some_logits().index_select(0, rows),
                     .targets = given.targets.index_select(0, rows)};
  EXPECT_NEAR(compute(loss, alone).item<double>(), value, 1e-14);
}

TEST_P(EveryLoss, IsZeroWithNothingLabelled) {
  auto given = inputs();
  given.labelled = at::zeros({kRows}, at::kBool);
  EXPECT_EQ(differentiated(given), 0);
  EXPECT_TRUE(at::equal(given.logits.grad(), at::zeros_like(given.logits)));
}

TEST_P(EveryLoss, OfThePartsOfABatchAddsUpToTheBatchs) {
  auto whole = inputs();
  whole.labelled = at::arange(kRows) % 5 != 1;
  const double value = differentiated(whole);
  const auto logits = some_logits().set_requires_grad(true);
  double sum = 0;
  for (const auto& [first, count] : {std::pair<std::int64_t, std::int64_t>(0, 2), {2, 5}, {7, 5}}) {
    const auto part = compute(loss, {.logits = logits.narrow(0, first, count),
                                     .targets = whole.targets.narrow(0, first, count),
                                     .labelled = whole.labelled.narrow(0, first, count),
                                     .whole = loss::count(loss, whole.targets, whole.labelled)});
    part.backward();
    sum += part.item<double>();
  }
  EXPECT_NEAR(sum, value, 1e-13);
  EXPECT_TRUE(at::allclose(logits.grad(), whole.logits.grad(), 1e-10, 1e-14));
}

TEST_P(EveryLoss, GivesTheSameBitsAgain) {
  const auto first = inputs(at::kFloat);
  const auto second = inputs(at::kFloat);
  EXPECT_EQ(differentiated(first), differentiated(second));
  EXPECT_TRUE(at::equal(first.logits.grad(), second.logits.grad()));
}

/// Every option that the group holds, those of its choices too.
void check_options(const Group& options, bool own) {
  EXPECT_FALSE(options.about.summary.empty()) << options.kind;
  if (own) {
    EXPECT_FALSE(options.about.formula.empty()) << options.kind;
    EXPECT_FALSE(options.about.paper.empty()) << options.kind;
  }
  std::set<std::string_view> names;
  for (const auto& item : options.items) {
    EXPECT_TRUE(names.insert(item.meta.name).second) << item.meta.name;
    EXPECT_FALSE(item.meta.meaning.empty()) << item.meta.name;
    if (const auto* number = std::get_if<double*>(&item.slot)) {
      EXPECT_TRUE(item.meta.bounds.contain(**number)) << item.meta.name;
      EXPECT_FALSE(item.meta.bounds.contain(-1e9)) << item.meta.name;
    }
    if (const auto* choice = std::get_if<std::function<ChoiceView()>>(&item.slot))
      for (std::size_t i = 0; i < (*choice)().kinds.size(); ++i)
        check_options((*choice)().defaults(i), false);
  }
}

TEST_P(EveryLoss, SaysWhatEachOptionMeansAndBoundsIt) {
  check_options(group(loss), GetParam() != Custom::kind);
}

INSTANTIATE_TEST_SUITE_P(All, EveryLoss, ::testing::ValuesIn(temper::testing::kinds<Loss>()),
                         [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace temper::loss

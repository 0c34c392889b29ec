// Properties of every optimizer; a new one is covered as soon as it is added to the variant.
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <gtest/gtest.h>

#include <set>

#include "temper/optim/evaluation_weights.h"
#include "temper/optim/optimizer.h"
#include "tests/support/options.h"

namespace temper::optim {
namespace {

/// A matrix, filters in channels-last layout and a bias, all away from the optimum at 0.
std::vector<Target> problem(at::ScalarType type = at::kDouble) {
  const auto matrix = at::linspace(-1, 2, 48, at::kDouble).reshape({8, 6}).to(type);
  const auto filters = at::linspace(2, -1, 162, at::kDouble).reshape({6, 3, 3, 3}).to(type);
  const auto bias = at::linspace(-1, 1, 6, at::kDouble).to(type);
  return {{.name = "matrix", .value = matrix.clone().set_requires_grad(true)},
          {.name = "filters",
           .value = filters.contiguous(at::MemoryFormat::ChannelsLast).set_requires_grad(true)},
          {.name = "bias",
           .value = bias.clone().set_requires_grad(true),
           .kind = Kind::bias,
           .decay_scale = 0}};
}

/// Sets the gradients of the loss sum(c * w^2) / 2 with c between 0.5 and 2.
void differentiate(std::span<const Target> targets) {
  for (const auto& target : targets) {
    const auto& w = target.value;
    const auto curvature = at::linspace(0.5, 2, w.numel(), at::kDouble).reshape(w.sizes());
    target.value.mutable_grad() = (w.detach() * curvature).to(w.scalar_type());
  }
}

double distance(std::span<const Target> targets) {
  double sum = 0;
  for (const auto& target : targets) sum += target.value.square().sum().item<double>();
  return std::sqrt(sum);
}

void run(const Optimizer& optimizer, std::span<const Target> targets, State& state, int steps) {
  for (int i = 0; i < steps; ++i) {
    differentiate(targets);
    step(optimizer, targets, state);
  }
}

bool same(std::span<const Target> a, std::span<const Target> b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!at::equal(a[i].value, b[i].value)) return false;
  return true;
}

class EveryOptimizer : public ::testing::TestWithParam<std::string_view> {
 protected:
  Optimizer optimizer = temper::testing::alternative<Optimizer>(GetParam());

  /// Sets the learning rate to one at which the problem is solved, whatever the default is.
  void set_rate(double lr) {
    std::visit([&](auto& options) { options.lr = lr; }, optimizer);
  }
};

TEST_P(EveryOptimizer, ReachesTheOptimumOfAConvexProblem) {
  if (auto* lars = std::get_if<Lars>(&optimizer)) lars->always_adapt = true;
  auto targets = problem();
  auto state = start(optimizer, targets);
  const double before = distance(targets);
  for (int i = 0; i < 600; ++i) {
    set_rate((GetParam() == "lars" ? 20 : GetParam() == "adadelta" ? 3 : 0.1) * (1 - i / 600.0));
    run(optimizer, targets, state, 1);
  }
  const EvaluationWeights evaluation(optimizer, targets, state);
  EXPECT_LT(distance(targets), before / 10);
}

TEST_P(EveryOptimizer, GivesTheSameBitsAgain) {
  auto first = problem();
  auto second = problem();
  auto first_state = start(optimizer, first);
  auto second_state = start(optimizer, second);
  run(optimizer, first, first_state, 7);
  run(optimizer, second, second_state, 7);
  EXPECT_TRUE(same(first, second));
}

/// Copies weights and state into those of a fresh start, as loading a checkpoint does.
void load(std::span<const Target> targets, State& state, std::span<const Target> others,
          const State& theirs) {
  const at::NoGradGuard guard;
  for (std::size_t i = 0; i < targets.size(); ++i) targets[i].value.copy_(others[i].value);
  ASSERT_EQ(state.tensors.size(), theirs.tensors.size());
  state.step = theirs.step;
  for (std::size_t i = 0; i < theirs.tensors.size(); ++i) {
    EXPECT_EQ(state.tensors[i].first, theirs.tensors[i].first);
    state.tensors[i].second.copy_(theirs.tensors[i].second);
  }
}

TEST_P(EveryOptimizer, ContinuesFromACopiedState) {
  for (const auto type : {at::kDouble, at::kBFloat16}) {
    auto first = problem(type);
    auto first_state = start(optimizer, first);
    run(optimizer, first, first_state, 6);
    auto second = problem(type);
    auto second_state = start(optimizer, second);
    load(second, second_state, first, first_state);
    run(optimizer, first, first_state, 6);
    run(optimizer, second, second_state, 6);
    EXPECT_TRUE(same(first, second));
  }
}

TEST_P(EveryOptimizer, UpdatesReducedPrecisionParametersInFloat32) {
  for (const auto type : {at::kBFloat16, at::kHalf}) {
    auto few = problem(type);
    auto full = problem(type);
    for (auto& target : full)
      target.value = target.value.detach().to(at::kFloat).set_requires_grad(true);
    auto few_state = start(optimizer, few);
    auto full_state = start(optimizer, full);
    for (int i = 0; i < 7; ++i) {
      differentiate(few);
      for (std::size_t p = 0; p < few.size(); ++p)
        full[p].value.mutable_grad() = few[p].value.grad().to(at::kFloat);
      step(optimizer, few, few_state);
      step(optimizer, full, full_state);
    }
    for (std::size_t p = 0; p < few.size(); ++p)
      EXPECT_TRUE(at::equal(few[p].value, full[p].value.to(type))) << few[p].name;
    ASSERT_EQ(few_state.tensors.size(), full_state.tensors.size() + few.size());
    for (std::size_t i = 0; i < full_state.tensors.size(); ++i)
      EXPECT_TRUE(at::equal(few_state.tensors[i].second, full_state.tensors[i].second));
  }
}

/// Of the writes to a parameter, the number that did not reach its copy.
std::int64_t missed_by_copy(const Target& target) {
  return target.value._version() - target.copy._version();
}

TEST_P(EveryOptimizer, WritesCopiesInTheSamePass) {
  auto plain = problem(at::kFloat);
  auto copied = problem(at::kFloat);
  for (auto& target : copied) target.copy = target.value.detach().to(at::kBFloat16);
  auto plain_state = start(optimizer, plain);
  auto copied_state = start(optimizer, copied);
  for (int i = 0; i < 5; ++i) {
    std::vector<std::int64_t> missed;
    for (const auto& target : copied) missed.push_back(missed_by_copy(target));
    run(optimizer, plain, plain_state, 1);
    run(optimizer, copied, copied_state, 1);
    EXPECT_TRUE(same(plain, copied));
    for (std::size_t p = 0; p < copied.size(); ++p) {
      const auto& target = copied[p];
      const bool in_one_pass =
          GetParam() != "lamb" && (GetParam() != "muon" || target.value.dim() < 2);
      EXPECT_EQ(missed_by_copy(target) == missed[p], in_one_pass) << target.name;
      const auto rounded = target.value.detach().to(at::kBFloat16);
      EXPECT_TRUE(!in_one_pass || at::equal(target.copy, rounded)) << target.name;
    }
  }
}

TEST_P(EveryOptimizer, HasUniqueNamesInItsState) {
  const auto targets = problem();
  const auto state = start(optimizer, targets);
  std::set<std::string> names;
  for (const auto& [name, tensor] : state.tensors) EXPECT_TRUE(names.insert(name).second) << name;
}

TEST_P(EveryOptimizer, TreatsAMissingGradientAsZeroOrSkipsIt) {
  auto missing = problem();
  auto zero = problem();
  auto missing_state = start(optimizer, missing);
  auto zero_state = start(optimizer, zero);
  run(optimizer, missing, missing_state, 2);
  run(optimizer, zero, zero_state, 2);
  zero_gradients(missing);
  for (auto& target : zero) target.value.grad().zero_();
  step(optimizer, missing, missing_state);
  step(optimizer, zero, zero_state);
  EXPECT_TRUE(same(missing, zero));

  const auto before = missing[0].value.detach().clone();
  zero_gradients(missing);
  step(optimizer, missing, missing_state, Missing::skip);
  EXPECT_TRUE(at::equal(missing[0].value, before));
}

TEST_P(EveryOptimizer, LeavesFrozenParametersAlone) {
  auto targets = problem();
  targets[0].frozen = true;
  targets[2].value.set_requires_grad(false);
  const auto before = problem();
  auto state = start(optimizer, targets);
  for (int i = 0; i < 3; ++i) {
    for (auto& target : targets)
      target.value.mutable_grad() = at::full(target.value.sizes(), 0.5, at::kDouble);
    step(optimizer, targets, state);
  }
  EXPECT_TRUE(at::equal(targets[0].value, before[0].value));
  EXPECT_FALSE(at::equal(targets[1].value, before[1].value));
  EXPECT_TRUE(at::equal(targets[2].value, before[2].value));
}

TEST_P(EveryOptimizer, UpdatesAThawedParameterAsAnewOne) {
  if (GetParam().starts_with("schedule_free"))
    GTEST_SKIP() << "its average is weighted by the steps of the run, for all parameters alike";
  auto thawed = problem();
  auto thawed_state = start(optimizer, thawed);
  thawed[1].frozen = true;
  run(optimizer, thawed, thawed_state, 6);
  thawed[1].frozen = false;
  run(optimizer, thawed, thawed_state, 3);
  auto fresh = problem();
  auto fresh_state = start(optimizer, fresh);
  run(optimizer, fresh, fresh_state, 3);
  EXPECT_TRUE(at::equal(thawed[1].value, fresh[1].value));
}

TEST_P(EveryOptimizer, ScalesTheRateOfAParameter) {
  if (GetParam() == "muon")
    GTEST_SKIP() << "the optimizer of its rest has a learning rate of its own";
  auto scaled = problem();
  for (auto& target : scaled) target.lr_scale = 0.25;
  auto slow = problem();
  auto scaled_state = start(optimizer, scaled);
  set_rate(0.08);
  run(optimizer, scaled, scaled_state, 4);
  set_rate(0.02);
  auto slow_state = start(optimizer, slow);
  run(optimizer, slow, slow_state, 4);
  for (std::size_t i = 0; i < slow.size(); ++i)
    EXPECT_LT((scaled[i].value - slow[i].value).abs().max().item<double>(), 1e-14);
}

TEST_P(EveryOptimizer, DescribesEachOption) {
  const auto options = group(optimizer);
  EXPECT_FALSE(options.about.summary.empty());
  EXPECT_FALSE(options.about.formula.empty());
  EXPECT_FALSE(options.about.paper.empty());
  std::set<std::string_view> names;
  for (const auto& item : options.items) {
    EXPECT_TRUE(names.insert(item.meta.name).second) << item.meta.name;
    EXPECT_FALSE(item.meta.meaning.empty()) << item.meta.name;
    if (!std::holds_alternative<double*>(item.slot)) continue;
    EXPECT_TRUE(item.meta.bounds.contain(*std::get<double*>(item.slot))) << item.meta.name;
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryOptimizer,
                         ::testing::ValuesIn(temper::testing::kinds<Optimizer>()),
                         [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace temper::optim

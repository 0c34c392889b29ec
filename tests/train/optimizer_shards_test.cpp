// The optimizer's state divided over several processes, as threads of this one.
#include "temper/train/optimizer_shards.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/tensor.h>
#include <c10/util/accumulate.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "temper/optim/evaluation_weights.h"
#include "temper/optim/lookahead.h"
#include "temper/train/begin.h"
#include "temper/train/checkpoint.h"
#include "temper/train/data_parallel.h"
#include "temper/train/guarded_step.h"
#include "temper/train/share_state.h"
#include "tests/support/options.h"
#include "tests/support/ranks_of_threads.h"
#include "tests/train/small_run.h"

namespace temper::train {
namespace {

namespace fs = small::fs;

at::Tensor values(at::IntArrayRef sizes, double from, double to) {
  return at::linspace(from, to, c10::multiply_integers(sizes), at::kDouble).reshape(sizes);
}

/// Matrices, filters in channels-last layout, a bias and a head.
std::vector<optim::Target> parameters(at::ScalarType type) {
  const auto of = [type](const at::Tensor& value) {
    return value.to(type).clone().set_requires_grad(true);
  };
  const auto filters = values({6, 3, 3, 3}, 2, -1).contiguous(at::MemoryFormat::ChannelsLast);
  return {{.name = "matrix", .value = of(values({8, 6}, -1, 2))},
          {.name = "filters", .value = of(filters)},
          {.name = "bias",
           .value = of(values({6}, -1, 1)),
           .kind = optim::Kind::bias,
           .decay_scale = 0},
          {.name = "second", .value = of(values({5, 7}, 0.5, 3)), .lr_scale = 0.5},
          {.name = "head", .value = of(values({4, 6}, 1, 2)), .kind = optim::Kind::head}};
}

/// Sets the gradients of the loss sum(c * w^2) / 2 with c between 0.5 and 2.
void differentiate(std::span<const optim::Target> targets) {
  for (const auto& target : targets) {
    const auto& w = target.value;
    const auto curvature = values(w.sizes(), 0.5, 2);
    w.mutable_grad() = (w.detach() * curvature).to(w.scalar_type());
  }
}

/// With every technique around it that keeps state of its own.
recipe::Recipe recipe_with(std::string_view optimizer) {
  recipe::Recipe recipe;
  recipe.optimizer = temper::testing::alternative<optim::Optimizer>(optimizer);
  std::visit([](auto& options) { options.lr = 0.01; }, recipe.optimizer);
  if (!optim::evaluates_average(recipe.optimizer)) recipe.lookahead = optim::Lookahead{.k = 2};
  return recipe;
}

void update(const recipe::Recipe& recipe, std::span<const optim::Target> targets,
            optim::State& state) {
  optim::step(recipe.optimizer, targets, state);
  if (recipe.lookahead) optim::lookahead_step(*recipe.lookahead, targets, state);
}

double bytes_of(const optim::State& state) {
  double sum = 0;
  for (const auto& [name, tensor] : state.tensors) sum += static_cast<double>(tensor.nbytes());
  return sum;
}

/// Of what belongs to no parameter, which every rank has.
double bytes_of_common(const optim::State& state) {
  double sum = 0;
  for (const auto& [name, tensor] : state.tensors)
    if (name.find('/') == std::string::npos) sum += static_cast<double>(tensor.nbytes());
  return sum;
}

double sum_over(distributed::Group& group, double number) {
  const auto sum = at::tensor({number}, at::kDouble);
  group.sum(sum);
  return sum.item<double>();
}

/// Gathers a divided state on rank 0.
void expect_gathers(const OptimizerShards& shards, const optim::State& part,
                    const optim::State& whole, distributed::Group& group) {
  std::vector<at::Tensor> found;
  shards.gather(part, group, [&](const at::Tensor& tensor) { found.push_back(tensor); });
  ASSERT_EQ(shards.layout().size(), whole.tensors.size());
  ASSERT_EQ(found.size(), group.leads() ? whole.tensors.size() : 0U);
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(shards.layout()[i].first, whole.tensors[i].first);
    EXPECT_TRUE(at::equal(found[i], whole.tensors[i].second)) << whole.tensors[i].first;
  }
}

/// Gives the ranks their parts of rank 0's state.
/// @param part  that they have already
void expect_scatters(const OptimizerShards& shards, const optim::State& part,
                     const optim::State& whole, distributed::Group& group) {
  const auto given = shards.part_of(shards.start(parameters(at::kFloat)));
  ASSERT_EQ(given.tensors.size(), part.tensors.size());
  shards.scatter(group.leads() ? whole : optim::State{}, given, group);
  for (std::size_t i = 0; i < given.tensors.size(); ++i) {
    EXPECT_EQ(given.tensors[i].first, part.tensors[i].first);
    EXPECT_EQ(given.tensors[i].second.strides(), part.tensors[i].second.strides());
    EXPECT_TRUE(at::equal(given.tensors[i].second, part.tensors[i].second))
        << part.tensors[i].first;
  }
}

/// Some steps with a state that is divided, and with one that is not.
void expect_same_bits(std::string_view kind, at::ScalarType type, distributed::Group& group) {
  const auto recipe = recipe_with(kind);
  const auto whole = parameters(type);
  const auto divided = parameters(type);
  const OptimizerShards shards(recipe, divided, group.size(), group.rank());
  auto whole_state = shards.start(whole);
  auto part = shards.part_of(shards.start(divided));
  for (int i = 0; i < 5; ++i) {
    differentiate(whole);
    differentiate(divided);
    update(recipe, whole, whole_state);
    update(recipe, shards.own(divided), part);
    shards.share(divided, group);
    for (std::size_t p = 0; p < whole.size(); ++p)
      EXPECT_TRUE(at::equal(whole[p].value, divided[p].value))
          << kind << ", step " << i << ": " << whole[p].name;
  }
  EXPECT_EQ(part.step, whole_state.step);
  expect_gathers(shards, part, whole_state, group);
  if (type == at::kFloat) expect_scatters(shards, part, whole_state, group);

  EXPECT_LE(bytes_of(part), static_cast<double>(shards.most_bytes()));
  EXPECT_LT(bytes_of(part), bytes_of(whole_state)) << kind;
  const auto copies = static_cast<double>(group.size() - 1);
  EXPECT_EQ(sum_over(group, bytes_of(part)),
            bytes_of(whole_state) + copies * bytes_of_common(whole_state))
      << kind;
}

TEST(OptimizerShards, GiveTheSameBitsWithEveryOptimizer) {
  test::in_ranks(3, [](distributed::Group& group) {
    for (const auto kind : temper::testing::kinds<optim::Optimizer>())
      for (const auto type : {at::kFloat, at::kBFloat16}) expect_same_bits(kind, type, group);
  });
}

TEST(OptimizerShards, ARankMayHaveNoParameters) {
  for (const auto kind : temper::testing::kinds<optim::Optimizer>()) {
    const auto recipe = recipe_with(kind);
    const auto targets = parameters(at::kFloat);
    const OptimizerShards shards(recipe, targets, /*ranks=*/7, /*rank=*/6);
    EXPECT_EQ(*std::ranges::max_element(shards.owners()), 4);
    const auto own = shards.own(targets);
    EXPECT_TRUE(own.empty());
    auto part = shards.part_of(shards.start(targets));
    EXPECT_EQ(bytes_of(part), bytes_of_common(part)) << kind;
    update(recipe, own, part);
    EXPECT_EQ(part.step, 1) << kind;
  }
}

TEST(OptimizerShards, LeaveOutWhatIsNotTrained) {
  auto targets = parameters(at::kFloat);
  const OptimizerShards shards(recipe_with("sgd"), targets, /*ranks=*/2, /*rank=*/0);
  std::size_t all = 0;
  for (const auto& message : shards.messages(targets)) all += message.tensors.size();
  EXPECT_EQ(all, 5U);
  targets[0].frozen = true;
  targets[1].value.set_requires_grad(false);
  std::int64_t bytes = 0;
  for (const auto& message : shards.messages(targets)) bytes += message.bytes;
  EXPECT_EQ(bytes, 4 * (6 + 35 + 24));
}

TEST(OptimizerShards, AreGatheredAndScatteredInParts) {
  constexpr std::int64_t kLarge = 4'000'000;  // 16 MB: each tensor is a part of its own
  const std::vector<optim::Target> targets{
      {.name = "first", .value = at::arange(kLarge, at::kFloat).set_requires_grad(true)},
      {.name = "second", .value = at::arange(kLarge, at::kFloat).neg().set_requires_grad(true)}};
  recipe::Recipe recipe;
  recipe.optimizer = optim::ScheduleFreeAdamW{};
  test::in_ranks(2, [&](distributed::Group& group) {
    const OptimizerShards shards(recipe, targets, group.size(), group.rank());
    const auto whole = shards.start(targets);
    const auto part = shards.part_of(whole);
    expect_gathers(shards, part, whole, group);
    const auto given = shards.part_of(shards.start(targets));
    for (const auto& [name, tensor] : given.tensors) tensor.fill_(7);
    shards.scatter(whole, given, group);
    for (std::size_t i = 0; i < given.tensors.size(); ++i)
      EXPECT_TRUE(at::equal(given.tensors[i].second, part.tensors[i].second)) << i;
  });
}

/// Deterministic images of two classes.
data::Batch batch(std::int64_t step) {
  constexpr std::int64_t rows = 8, side = 12;
  const auto labels = at::arange(rows, at::kLong).remainder(2);
  return {.views = {at::sin(at::arange(rows * side * side, at::kFloat) * 1.7 +
                            static_cast<double>(step))
                        .reshape({rows, 1, side, side})},
          .labels = labels,
          .targets = at::one_hot(labels, 2).to(at::kFloat),
          .labelled = at::ones({rows}, at::kBool),
          .ids = at::arange(rows, at::kLong)};
}

void save(const State& state, const fs::path& checkpoints, distributed::Group& group) {
  std::vector<std::string> written;
  if (state.shards && group.leads()) written.push_back(write_optimizer(state, checkpoints));
  if (state.shards && !group.leads()) send_optimizer(state);
  if (!group.leads()) return;
  auto copy = snapshot(state, {});
  copy.written = std::move(written);
  write_checkpoint(copy, checkpoints);
}

/// The files of the last checkpoint of five steps, the third of which is not finite and goes back
/// to the first checkpoint.
std::map<std::string, std::string> guarded(const fs::path& checkpoints, bool shard_optimizer) {
  std::map<std::string, std::string> files;
  test::in_ranks(2, [&](distributed::Group& group) {
    const std::shared_ptr<distributed::Group> shared(&group, [](distributed::Group*) {});
    auto recipe = small::recipe(
        {"optimizer={kind='adamw'}", "lookahead={k=2}", "guard={nan='rollback', anchor_every=3}"});
    recipe.shard_optimizer = shard_optimizer;
    const auto plan = train::plan(recipe, small::dataset(64), shared);
    auto state = begin(plan);
    (void)share_state(state, {}, group);
    EXPECT_EQ(state.shards != nullptr, shard_optimizer);
    save(state, checkpoints, group);
    state.network->train(true);
    const GuardedStep step(checkpoints);
    for (std::int64_t i = 0; i < 5; ++i) {
      const auto rows = distributed::rows_of(8, group.rank(), group.size());
      auto own = batch(i).rows(rows.first, rows.count);
      own.all_rows = 8;
      if (i == 2) own.views.front().fill_(std::numeric_limits<float>::quiet_NaN());
      Times times;
      EXPECT_EQ(step(state, plan.recipe, own, times).not_finite.has_value(), i == 2) << i;
    }
    EXPECT_EQ(state.optimizer.step, 2);
    save(state, checkpoints, group);
    if (group.leads()) files = read_manifest(checkpoint_at(checkpoints, 5)).files;
  });
  return files;
}

TEST(OptimizerShards, AreThoseOfTheCheckpointAfterARollback) {
  const small::Directory whole;
  const small::Directory divided;
  const auto expected = guarded(whole.path, false);
  EXPECT_EQ(expected.size(), 3U) << "weights, optimizer, average";
  EXPECT_EQ(guarded(divided.path, true), expected);
}

}  // namespace
}  // namespace temper::train

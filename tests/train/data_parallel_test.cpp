// Steps of several processes, as threads of this one.
#include "temper/train/data_parallel.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/model/layers.h"
#include "temper/model/normalise.h"
#include "temper/train/share_state.h"
#include "temper/train/step.h"
#include "tests/support/golden.h"
#include "tests/support/ranks_of_threads.h"
#include "tests/train/own_network.h"

namespace temper::train {
namespace {

constexpr std::int64_t kClasses = 4;
constexpr std::int64_t kSide = 4;
constexpr std::int64_t kPixels = 3 * kSide * kSide;

/// Two layers that compute in double precision.
class Precise final : public model::Network {
 public:
  Precise() {
    const auto weight = [](std::int64_t inputs, std::int64_t outputs) {
      return at::sin(at::arange(inputs * outputs, at::kDouble) * 0.7)
          .mul(0.2)
          .reshape({inputs, outputs})
          .requires_grad_();
    };
    parameters_ = {{"first", weight(kPixels, 6), model::ParameterKind::weight},
                   {"last", weight(6, kClasses), model::ParameterKind::head}};
  }
  at::Tensor compute(const at::Tensor& images) override {
    return images.to(at::kDouble)
        .flatten(1)
        .matmul(parameters_[0].value)
        .tanh()
        .matmul(parameters_[1].value);
  }
  void train(bool /*on*/) override {}
  [[nodiscard]] const std::vector<model::Parameter>& parameters() const override {
    return parameters_;
  }
  [[nodiscard]] const std::vector<model::Buffer>& buffers() const override { return buffers_; }
  void to(at::Device /*device*/) override {}

 private:
  std::vector<model::Parameter> parameters_;
  std::vector<model::Buffer> buffers_;
};

/// A linear layer after two BatchNorms, the first of which trains what the second one gets.
class Normalised final : public small::OwnNetwork {
 public:
  explicit Normalised(at::ScalarType format)
      : OwnNetwork(7),
        format_(format),
        norm_(weights_, "norm", 3),
        second_(weights_, "second", 3),
        classify_(weights_, "fc", kPixels, kClasses, model::ParameterKind::head) {
    for (const auto& parameter : parameters()) parameter.value.set_data(parameter.value.to(format));
    for (const auto& buffer : buffers())
      if (buffer.value.is_floating_point()) buffer.value.set_data(buffer.value.to(format));
  }

  at::Tensor compute(const at::Tensor& images) override {
    const model::Mode mode{.training = training_, .sums = sums_.get()};
    const auto x = second_(norm_(images.to(format_), mode).tensor().tanh(), mode).tensor();
    return classify_(x.flatten(1)).tensor();
  }
  bool set_batch_sums(std::shared_ptr<model::BatchSums> sums) override {
    sums_ = std::move(sums);
    return true;
  }

 private:
  at::ScalarType format_;
  model::BatchNorm norm_;
  model::BatchNorm second_;
  model::Linear classify_;
  std::shared_ptr<model::BatchSums> sums_;
};

/// Two views of deterministic images; the last rows have no label, if any.
data::Batch batch(std::int64_t rows, std::int64_t step, std::int64_t unlabelled = 0,
                  std::int64_t views = 1) {
  const auto labels = at::arange(rows, at::kLong).add(step).remainder(kClasses);
  const auto labelled = at::ones({rows}, at::kBool);
  if (unlabelled > 0) labelled.narrow(0, rows - unlabelled, unlabelled).fill_(false);
  data::Batch all{.views = {},
                  .labels = labels,
                  .targets = at::one_hot(labels, kClasses).to(at::kFloat),
                  .labelled = labelled,
                  .ids = at::arange(rows, at::kLong)};
  for (std::int64_t view = 0; view < views; ++view)
    all.views.push_back(
        at::sin(at::arange(rows * kPixels, at::kFloat) * 1.7 + static_cast<double>(step + 9 * view))
            .reshape({rows, 3, kSide, kSide})
            .contiguous(at::MemoryFormat::ChannelsLast));
  return all;
}

using Batches = std::function<data::Batch(std::int64_t step)>;
using Made = std::function<std::unique_ptr<model::Network>()>;

/// What training leaves: weights, averages, buffers, losses.
struct Outcome {
  std::vector<Named> tensors;
  std::vector<double> losses;
  at::Tensor perturbation = {};  ///< of free adversarial training; complete on rank 0
};

Outcome trained(const recipe::Recipe& recipe, const Made& network, const Batches& batches,
                distributed::Group* group, std::int64_t steps = 20) {
  auto state = start(recipe, network());
  if (recipe.adversarial) {
    state.normalisation = {{0.5F, 0.5F, 0.5F}, {0.5F, 0.5F, 0.5F}};
    state.perturbation =
        at::zeros({batches(0).size(), 3, kSide, kSide}).contiguous(at::MemoryFormat::ChannelsLast);
  }
  if (group != nullptr) {
    // The group is that of the caller.
    const std::shared_ptr<distributed::Group> shared(group, [](distributed::Group*) {});
    if (recipe.sync_bn) synchronise_statistics(*state.network, shared);
    state.ranks =
        std::make_shared<DataParallel>(shared, *state.network, state.targets, recipe.comm_hook);
  }
  Outcome outcome;
  Times times;
  for (std::int64_t i = 0; i < steps; ++i) {
    auto own = batches(i);
    if (group != nullptr) {
      const auto all = own.size();
      const auto rows = distributed::rows_of(all, group->rank(), group->size());
      own = own.rows(rows.first, rows.count);
      own.all_rows = all;
    }
    outcome.losses.push_back(step(state, recipe, own, times).loss.item<double>());
  }
  for (const auto& [name, value] : weights(*state.network))
    outcome.tensors.emplace_back(name, value.detach().clone());
  for (const auto& average : state.averages)
    for (const auto& [name, value] : average.tensors)
      outcome.tensors.emplace_back("average " + name, value.clone());
  outcome.perturbation = state.perturbation;
  return outcome;
}

double distance(const Outcome& a, const Outcome& b) {
  double largest = a.tensors.size() == b.tensors.size() && a.losses.size() == b.losses.size()
                       ? 0
                       : std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < a.tensors.size(); ++i)
    largest =
        std::max(largest, (a.tensors[i].second - b.tensors[i].second).abs().max().item<double>());
  for (std::size_t i = 0; i < a.losses.size(); ++i)
    largest = std::max(largest, std::abs(a.losses[i] - b.losses[i]));
  return largest;
}

bool same_bits(const Outcome& a, const Outcome& b) {
  for (std::size_t i = 0; i < a.tensors.size(); ++i)
    if (!at::equal(a.tensors[i].second, b.tensors[i].second)) return false;
  return a.losses == b.losses;
}

/// The outcomes of all ranks.
std::vector<Outcome> in_all_ranks(std::int64_t ranks, const recipe::Recipe& recipe,
                                  const Made& network, const Batches& batches,
                                  std::int64_t steps = 20) {
  std::vector<Outcome> outcomes(static_cast<std::size_t>(ranks));
  test::in_ranks(ranks, [&](distributed::Group& group) {
    outcomes[static_cast<std::size_t>(group.rank())] =
        trained(recipe, network, batches, &group, steps);
  });
  return outcomes;
}

Made precise() {
  return [] { return std::make_unique<Precise>(); };
}

Made normalised(at::ScalarType format = at::kFloat) {
  return [format] { return std::make_unique<Normalised>(format); };
}

struct Case {
  recipe::Recipe recipe;
  std::int64_t unlabelled = 0;
  std::int64_t views = 1;
  bool partners = false;  ///< each row has one from outside the batch

  [[nodiscard]] data::Batch batch_of(std::int64_t step) const {
    auto made = batch(13, step, unlabelled, views);
    if (partners)
      made.partners = std::make_shared<const data::Batch>(batch(13, step + 100, 3, views));
    return made;
  }
};

std::map<std::string, Case> cases() {
  recipe::Recipe plain;
  plain.optimizer = optim::Sgd{.lr = 0.1, .momentum = 0.9, .weight_decay = 1e-3};
  std::map<std::string, Case> all{{"plain", {plain}}, {"some without a label", {plain, 5}}};
  auto& adam = all["adam, averages, micro-batches"].recipe = plain;
  adam.optimizer = optim::AdamW{.lr = 0.01};
  adam.data.micro_batches = 2;
  adam.averaging = {regularize::Ema{.decay = 0.9}};
  auto& clipped = all["clipping, penalty, noise"].recipe = plain;
  clipped.clip = optim::ClipNorm{.max_norm = 0.1};
  clipped.penalty = regularize::Penalty{.l2 = 0.1};
  clipped.gradient_noise = regularize::GradientNoise{};
  auto& sam = all["sam"].recipe = plain;
  sam.sam = optim::Sam{.rho = 0.5};
  auto& mixed = all["mixing"].recipe = plain;
  mixed.mixing = mix::Mixing{.methods = {mix::Mixup{.alpha = 1}, mix::CutMix{}}};
  auto& each = all["mixing of each row"] = {plain, 5};
  each.recipe.mixing =
      mix::Mixing{.methods = {mix::Mixup{.alpha = 1}, mix::CutMix{}}, .mode = mix::Mode::elem};
  auto& similar = all["mixing with images from outside the batch"] = {plain, 5, 1, true};
  similar.recipe.mixing = mix::Mixing{.methods = {mix::Mixup{.alpha = 1}, mix::CutMix{}},
                                      .mode = mix::Mode::elem,
                                      .partner = mix::Partner::similar};
  auto& pgd = all["adversarial training"].recipe = plain;
  pgd.adversarial = adversarial::PgdTraining();
  auto& free = all["free adversarial training"].recipe = plain;
  free.adversarial = adversarial::FreeTraining();
  free.data.micro_batches = 2;
  auto& views = all["views"] = {plain, 3, 2};
  views.recipe.consistency = loss::Consistency{.views = 2};
  auto& weights = all["class weights"] = {plain, 5};
  weights.recipe.loss = loss::CrossEntropy{.class_weights = {1, 7, 1, 2}};
  return all;
}

TEST(DataParallel, GivesTheRunOfOneProcess) {
  for (const auto& [name, one] : cases()) {
    const Batches batches = [&](std::int64_t step) { return one.batch_of(step); };
    const auto alone = trained(one.recipe, precise(), batches, nullptr);
    for (const std::int64_t ranks : {2, 3, 4}) {
      const auto found = in_all_ranks(ranks, one.recipe, precise(), batches);
      EXPECT_LT(distance(found.front(), alone), 1e-10) << name << " in " << ranks << " processes";
      for (const auto& other : found)
        EXPECT_TRUE(same_bits(found.front(), other)) << name << " in " << ranks << " processes";
      if (!alone.perturbation.defined()) continue;
      const auto apart = (found.front().perturbation - alone.perturbation).abs().max();
      EXPECT_LT(apart.item<double>(), 1e-6) << name << " in " << ranks << " processes";
    }
    if (name == "free adversarial training") {
      EXPECT_GT(alone.perturbation.abs().amax({1, 2, 3}).min().item<double>(), 0);
    }
  }
}

/// Trains like DistributedDataParallel, with the same halves of the batches.
/// @param golden  losses and weights of 20 steps
void expect_run_of_pytorch(recipe::CommHook hook, const nlohmann::json& golden) {
  recipe::Recipe recipe;
  recipe.optimizer = optim::Sgd{.lr = 0.1, .momentum = 0.9, .weight_decay = 1e-3};
  recipe.comm_hook = hook;
  const auto found =
      in_all_ranks(2, recipe, precise(), [](std::int64_t step) { return batch(12, step); }).front();
  const auto losses = golden["losses"].get<std::vector<double>>();
  ASSERT_EQ(losses.size(), found.losses.size());
  for (std::size_t i = 0; i < losses.size(); ++i)
    EXPECT_NEAR(found.losses[i], losses[i], 1e-10) << "step " << i;
  for (const auto& [name, value] : found.tensors) {
    const auto numbers = golden[name]["values"].get<std::vector<double>>();
    const auto theirs = at::tensor(numbers, at::kDouble).view(value.sizes());
    EXPECT_LT((value - theirs).abs().max().item<double>(), 1e-10) << name;
  }
}

// tests/golden/train/data_parallel.json, also with bf16_compress_hook.
TEST(DataParallel, GivesTheRunOfPyTorch) {
  const auto golden = temper::testing::golden("train/data_parallel.json");
  expect_run_of_pytorch(recipe::CommHook::allreduce, golden);
  expect_run_of_pytorch(recipe::CommHook::bf16_compress, golden["bf16_compress"]);
}

TEST(DataParallel, RoundsGradientsAlikeOnAllRanks) {
  recipe::Recipe recipe;
  recipe.optimizer = optim::Sgd{.lr = 0.1, .momentum = 0.9};
  recipe.data.micro_batches = 2;
  const Batches batches = [](std::int64_t step) { return batch(13, step); };
  const auto exact = in_all_ranks(3, recipe, precise(), batches).front();
  recipe.comm_hook = recipe::CommHook::bf16_compress;
  const auto found = in_all_ranks(3, recipe, precise(), batches);
  for (const auto& other : found) EXPECT_TRUE(same_bits(found.front(), other));
  const auto apart = distance(found.front(), exact);
  EXPECT_TRUE(apart > 1e-6 && apart < 1e-2) << apart;
}

TEST(DataParallel, MixesWithinEachRankWhereTheRecipeSaysSo) {
  recipe::Recipe recipe;
  recipe.optimizer = optim::Sgd{.lr = 0.1, .momentum = 0.9};
  recipe.mixing = mix::Mixing{.methods = {mix::Mixup{.alpha = 1}, mix::CutMix{}},
                              .partner = mix::Partner::reversed,
                              .across_ranks = false};
  const Batches batches = [](std::int64_t step) { return batch(12, step); };
  // The same rows in another order, which, reversed, has the partners of two reversed halves.
  const auto order = at::tensor({0, 1, 2, 6, 7, 8, 9, 10, 11, 3, 4, 5}, at::kLong);
  const Batches ordered = [&](std::int64_t step) {
    auto all = batch(12, step);
    for (auto* rows : {&all.views.front(), &all.labels, &all.targets, &all.labelled, &all.ids})
      *rows = rows->index_select(0, order);
    all.views.front() = all.views.front().contiguous(at::MemoryFormat::ChannelsLast);
    return all;
  };
  const auto found = in_all_ranks(2, recipe, precise(), batches);
  EXPECT_LT(distance(found.front(), trained(recipe, precise(), ordered, nullptr)), 1e-10);
  EXPECT_TRUE(same_bits(found.front(), found.back()));
  const auto alone = trained(recipe, precise(), batches, nullptr);
  recipe.mixing->across_ranks = true;
  EXPECT_TRUE(same_bits(trained(recipe, precise(), batches, nullptr), alone))
      << "the rows of one process are the whole batch";
}

TEST(DataParallel, RepeatsItselfInEveryBit) {
  const Batches batches = [](std::int64_t step) { return batch(12, step); };
  recipe::Recipe recipe;
  recipe.optimizer = optim::AdamW{.lr = 0.01};
  const auto once = in_all_ranks(3, recipe, normalised(), batches);
  const auto again = in_all_ranks(3, recipe, normalised(), batches);
  EXPECT_TRUE(same_bits(once.front(), again.front()));
  EXPECT_TRUE(same_bits(once.front(), once.back())) << "also the running statistics";
}

TEST(DataParallel, KeepsTheMeanOfTheRunningStatistics) {
  recipe::Recipe recipe;
  recipe.optimizer = optim::Sgd{.lr = 0, .momentum = 0};
  const Batches batches = [](std::int64_t step) { return batch(12, step); };
  const auto found = in_all_ranks(2, recipe, normalised(), batches, 1);
  const auto mean_of = [&](const Batches& some) {
    return trained(recipe, normalised(), some, nullptr, 1).tensors;
  };
  const auto first = mean_of([&](std::int64_t step) { return batches(step).rows(0, 6); });
  const auto second = mean_of([&](std::int64_t step) { return batches(step).rows(6, 6); });
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (!first[i].second.is_floating_point()) continue;
    const auto mean = (first[i].second.to(at::kDouble) + second[i].second.to(at::kDouble)) / 2;
    EXPECT_TRUE(at::equal(found.front().tensors[i].second, mean.to(first[i].second.scalar_type())))
        << first[i].first;
  }
}

TEST(DataParallel, NormalisesWithTheWholeBatchWhereTheRecipeSaysSo) {
  const Batches batches = [](std::int64_t step) { return batch(13, step); };
  recipe::Recipe recipe;
  recipe.optimizer = optim::Sgd{.lr = 0.1, .momentum = 0.9};
  for (const auto& [format, tolerance] :
       {std::pair{at::kFloat, 1e-4}, std::pair{at::kDouble, 1e-10}}) {
    recipe.sync_bn = false;
    const auto network = normalised(format);
    const auto alone = trained(recipe, network, batches, nullptr);
    EXPECT_GT(distance(in_all_ranks(2, recipe, network, batches).front(), alone), 1e-3);
    recipe.sync_bn = true;
    for (const std::int64_t ranks : {2, 3, 4}) {
      const auto found = in_all_ranks(ranks, recipe, network, batches);
      EXPECT_LT(distance(found.front(), alone), tolerance) << ranks << " processes";
      EXPECT_TRUE(same_bits(found.front(), found.back())) << ranks << " processes";
    }
  }
}

TEST(DataParallel, RefusesSynchronisedStatisticsWithoutAny) {
  test::in_ranks(2, [](distributed::Group& group) {
    Precise network;
    EXPECT_THROW(
        synchronise_statistics(network, std::shared_ptr<distributed::Group>(&group, [](auto*) {})),
        Error);
  });
}

TEST(DataParallel, LeavesOutAStepOnAllRanksForAGradientOfOne) {
  recipe::Recipe recipe;
  recipe.optimizer = optim::Sgd{.lr = 0.1};
  test::in_ranks(2, [&](distributed::Group& group) {
    auto state = start(recipe, std::make_unique<Precise>());
    state.ranks = std::make_shared<DataParallel>(
        std::shared_ptr<distributed::Group>(&group, [](distributed::Group*) {}), *state.network,
        state.targets);
    const auto before = state.targets[0].value.detach().clone();
    auto own = batch(4, 0);
    own.all_rows = 8;
    if (!group.leads()) own.views[0].fill_(std::numeric_limits<float>::quiet_NaN());
    Times times;
    const auto result = step(state, recipe, own, times);
    ASSERT_TRUE(result.not_finite);
    EXPECT_TRUE(at::equal(before, state.targets[0].value));
  });
}

TEST(DataParallel, AgreesOnAStopWithTheStep) {
  const recipe::Recipe recipe;
  test::in_ranks(2, [&](distributed::Group& group) {
    auto state = start(recipe, std::make_unique<Precise>());
    state.ranks = std::make_shared<DataParallel>(
        std::shared_ptr<distributed::Group>(&group, [](distributed::Group*) {}), *state.network,
        state.targets);
    Times times;
    for (const bool asked : {false, true}) {
      state.ranks->say({.stop = asked && !group.leads(),
                        .skipped = group.rank() + 1,
                        .save = !asked && group.leads()});
      auto own = batch(4, 0);
      own.all_rows = 8;
      step(state, recipe, own, times);
      EXPECT_EQ(state.ranks->agreed().stop, asked);
      EXPECT_EQ(state.ranks->agreed().skipped, 3);
      EXPECT_EQ(state.ranks->agreed().save, !asked);
    }
    state.ranks->agree_on_stop(false);
    EXPECT_FALSE(state.ranks->agreed().stop);
    EXPECT_TRUE(any_of(group, group.leads()));
  });
}

TEST(DataParallel, SharesTheStateOfRankZero) {
  recipe::Recipe recipe;
  recipe.optimizer = optim::AdamW{.lr = 0.01};
  recipe.averaging = {regularize::Ema{.decay = 0.9}};
  test::in_ranks(2, [&](distributed::Group& group) {
    auto state = start(recipe, std::make_unique<Normalised>(at::kFloat));
    Times times;
    if (group.leads())
      for (int i = 0; i < 3; ++i) step(state, recipe, batch(8, i), times);
    const auto manifest = share_state(state, {.evaluated = group.leads()}, group);
    EXPECT_TRUE(manifest.evaluated);
    EXPECT_EQ(state.step, 3);
    EXPECT_EQ(state.optimizer.step, 3);
    EXPECT_EQ(state.averages.front().updates, 3);
    // Both go on from there in the same way.
    step(state, recipe, batch(8, 3), times);
    const auto weight = state.targets.back().value.detach().to(at::kDouble);
    const auto sum = weight.clone();
    group.sum(sum);
    EXPECT_TRUE(at::equal(sum, weight * 2));
  });
}

}  // namespace
}  // namespace temper::train

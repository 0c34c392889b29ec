// Free adversarial training: batches that are given for several steps, and the checkpoint.
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/train/begin.h"
#include "temper/train/checkpoint.h"
#include "temper/train/free_perturbation.h"
#include "temper/train/mixed_batch.h"
#include "temper/train/step.h"
#include "temper/train/training_batches.h"
#include "tests/train/small_run.h"

namespace temper::train {
namespace {

constexpr std::int64_t kReplays = 4;

Plan planned(std::vector<std::string> sets = {}) {
  sets.emplace(sets.begin(), "adversarial={ kind = \"free\", replays = 4 }");
  return plan(small::recipe(sets), small::dataset(64));
}

/// Images and ids of a batch.
struct Seen {
  at::Tensor images;
  at::Tensor ids;
};

/// The batches of steps from one on, epoch by epoch.
std::vector<Seen> batches_of(const Plan& made, std::int64_t epochs, std::int64_t from = 0) {
  const auto steps = made.horizon.steps_per_epoch;
  TrainingBatches batches(made);
  std::vector<Seen> all;
  for (auto epoch = from / steps; epoch < epochs; ++epoch) {
    batches.start(epoch, epoch == from / steps ? from % steps : 0);
    while (const auto* batch = batches.next())
      all.push_back({batch->views.front().clone(), batch->ids.clone()});
  }
  return all;
}

TEST(FreeBatches, AreGivenSeveralTimesAndGoOnFromEpochToEpoch) {
  const auto made = planned();
  const auto steps = made.horizon.steps_per_epoch;
  ASSERT_NE(steps % kReplays, 0) << "a batch is in two epochs";
  const auto all = batches_of(made, 5);
  ASSERT_EQ(std::ssize(all), 5 * steps);
  auto plain = made;
  plain.recipe.adversarial.reset();
  const auto loaded = batches_of(plain, 2);
  for (std::int64_t i = 0; i < 5 * steps; ++i) {
    const auto& expected = loaded.at(static_cast<std::size_t>(i / kReplays));
    const auto& found = all[static_cast<std::size_t>(i)];
    EXPECT_TRUE(at::equal(found.ids, expected.ids)) << i;
    EXPECT_TRUE(at::equal(found.images, expected.images)) << i;
  }
}

TEST(FreeBatches, AreTheSameFromAnyStepOn) {
  const auto made = planned();
  const auto all = batches_of(made, 3);
  for (const std::int64_t from : {1, 4, 5, 7, 13}) {
    const auto rest = batches_of(made, 3, from);
    ASSERT_EQ(std::ssize(rest), std::ssize(all) - from);
    for (std::size_t i = 0; i < rest.size(); ++i)
      EXPECT_TRUE(at::equal(rest[i].images, all[i + static_cast<std::size_t>(from)].images)) << i;
  }
}

TEST(FreeBatches, HaveTheScheduledOptionsOfTheirFirstStep) {
  const auto made = planned(
      {R"(data.augment=[{ kind = "flip", p = { schedule = "linear", peak = 0, final = 1 } }])"});
  const auto all = batches_of(made, 3);
  for (std::size_t i = 0; i + 1 < all.size(); ++i)
    EXPECT_EQ(at::equal(all[i].images, all[i + 1].images), (i + 1) % kReplays != 0) << i;
}

TEST(FreeBatches, AreMixedOnceAndAlikeInAllOfTheirSteps) {
  const auto made = planned({"mixing={ mode = \"elem\" }"});
  TrainingBatches batches(made);
  batches.start(0);
  std::vector<at::Tensor> mixed_images;
  for (std::int64_t i = 0; i < 2 * kReplays - 2; ++i) {
    const auto* batch = batches.next();
    ASSERT_NE(batch, nullptr);
    const auto mixing = mixing_plan(made.recipe, i, *batch);
    ASSERT_TRUE(mixing.has_value());
    mixed_images.push_back(mixed(*batch, *mixing).views.front().clone());
  }
  for (std::size_t i = 0; i + 1 < mixed_images.size(); ++i)
    EXPECT_EQ(at::equal(mixed_images[i], mixed_images[i + 1]), (i + 1) % kReplays != 0) << i;
}

TEST(FreeBatches, AreMixedByTheScheduledValuesOfTheirFirstStep) {
  const auto made = planned(
      {R"(mixing={ methods = ["mixup"], p = { schedule = "linear", peak = 0, final = 1 } })",
       R"(mixing.methods.0.alpha={ schedule = "linear", peak = 0.1, final = 4 })"});
  auto recipe = made.recipe;
  const recipe::ScheduleDriver driver(recipe, made.horizon);
  TrainingBatches batches(made);
  std::vector<std::optional<mix::Plan>> plans;
  for (std::int64_t epoch = 0; epoch < made.horizon.epochs(); ++epoch) {
    batches.start(epoch);
    while (const auto* batch = batches.next()) {
      const auto step = std::ssize(plans);
      driver.apply(step);
      plans.push_back(mixing_plan(recipe, step, *batch));
    }
  }
  std::size_t are_mixed = 0;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const auto& first = plans[i / kReplays * kReplays];
    ASSERT_EQ(plans[i].has_value(), first.has_value()) << i;
    if (!first) continue;
    ++are_mixed;
    ASSERT_EQ(plans[i]->blends.size(), first->blends.size()) << i;
    for (std::size_t blend = 0; blend < first->blends.size(); ++blend)
      EXPECT_EQ(plans[i]->blends[blend].weights, first->blends[blend].weights) << i;
  }
  EXPECT_GT(are_mixed, 0U);
  EXPECT_LT(are_mixed, plans.size());
}

TEST(FreeTraining, APlateauOfMixingIsRefused) {
  EXPECT_THAT(
      [] { (void)planned({R"(mixing.p={ schedule = "plateau", peak = 1 })", "mixing=true"}); },
      ::testing::ThrowsMessage<Error>(::testing::HasSubstr("mixed alike in all of its steps")));
}

TEST(FreeTraining, ACheckpointHasThePerturbation) {
  const small::Directory directory;
  const auto made = planned();
  auto state = begin(made);
  state.network->train(true);
  TrainingBatches batches(made);
  batches.start(0);
  Times times;
  for (int i = 0; i < 2; ++i) step(state, made.recipe, *batches.next(), times);
  write_checkpoint(snapshot(state, {}), directory.path);
  auto other = begin(made);
  EXPECT_EQ(other.perturbation.abs().max().item<float>(), 0);
  load_checkpoint(other, checkpoint_at(directory.path, 2));
  EXPECT_GT(other.perturbation.abs().max().item<float>(), 0);
  EXPECT_TRUE(at::equal(other.perturbation, state.perturbation));
  EXPECT_TRUE(load_kept(other, checkpoint_at(directory.path, 2)));
  other.perturbation.zero_();
  EXPECT_FALSE(load_kept(other, checkpoint_at(directory.path, 2))) << "it belongs to the training";

  const auto changed =
      plan(small::recipe({"adversarial=free", "data.batch_size=4"}), small::dataset(64));
  auto fork = begin(changed);
  EXPECT_THAT(load_compatible(fork, changed.recipe, checkpoint_at(directory.path, 2)),
              ::testing::Contains(::testing::HasSubstr("perturbation of adversarial")));
  EXPECT_EQ(fork.perturbation.abs().max().item<float>(), 0);
  auto plain = made;
  plain.recipe.adversarial.reset();
  EXPECT_FALSE(begin(plain).perturbation.defined());
}

}  // namespace
}  // namespace temper::train

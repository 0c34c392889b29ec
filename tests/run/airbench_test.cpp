// Runs of airbench's networks: their first filters come from training images, and a bias is trained
// in the first epochs alone.
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "temper/cost/preflight.h"
#include "temper/io/disk/hash.h"
#include "temper/model/whitening.h"
#include "temper/run/run.h"
#include "temper/train/begin.h"
#include "temper/train/step.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

/// 51 images to train on: epochs of 6 steps.
constexpr std::int64_t kEpoch = 6;

train::Plan plan_of(std::vector<std::string> sets = {}) {
  sets.insert(sets.begin(),
              "model={ kind = \"airbench\", widths = [4, 8, 8], whiten_bias_epochs = 1 }");
  return train::plan(train::small::recipe(sets), train::small::dataset(64));
}

std::map<std::string, at::Tensor> copies(const model::Network& network) {
  std::map<std::string, at::Tensor> values;
  for (const auto& [name, value] : train::weights(network)) values[name] = value.detach().clone();
  return values;
}

/// Of all training images, as in evaluation.
at::Tensor expected_filters(const train::Plan& plan) {
  model::Whitening whitening(1, 2);
  data::Loader loader(plan.train, plan.evaluation);
  loader.start(0);
  while (const auto* batch = loader.next()) whitening.add(batch->views.front());
  return whitening.filters(5e-4).to(at::kFloat);
}

TEST(AirbenchRun, StartsWithFiltersOfItsTrainingImages) {
  const auto plan = plan_of();
  const auto filters = expected_filters(plan);
  const auto state = train::begin(plan);
  EXPECT_TRUE(at::allclose(copies(*state.network).at("0.weight"), filters, 1e-5, 1e-6));
  // Whatever the seed and the augmentation, as long as the images are the same.
  const auto other = plan_of({"seed=2", "data.split_seed=1", "data.augment=[]"});
  const auto same = plan_of({"seed=3", "data.split_seed=1"});
  EXPECT_TRUE(at::equal(copies(*train::begin(other).network).at("0.weight"),
                        copies(*train::begin(same).network).at("0.weight")));
  const auto larger = plan_of({"evaluation.size=20", "evaluation.crop_ratio=0.5"});
  EXPECT_TRUE(at::equal(copies(*train::begin(larger).network).at("0.weight"),
                        copies(*state.network).at("0.weight")))
      << "evaluation is no part of training";
  EXPECT_FALSE(at::equal(copies(*train::build_network(plan)).at("0.weight"), filters))
      << "the initial network of an inspection reads no images";
}

TEST(AirbenchRun, TrainsItsFirstBiasForSomeEpochsAndNeverItsFilters) {
  const auto plan = plan_of();
  auto recipe = plan.recipe;
  const recipe::ScheduleDriver driver(recipe, plan.horizon);
  auto state = train::begin(plan);
  state.network->train(true);
  data::Loader loader(plan.train, plan.training);
  const auto initial = copies(*state.network);
  const auto train_epoch = [&](std::int64_t epoch) {
    loader.start(epoch);
    for (std::int64_t i = 0; i < kEpoch; ++i) {
      train::prepare(state, driver);
      train::Times times;
      train::step(state, recipe, *loader.next(), times);
    }
    return copies(*state.network);
  };
  const auto first = train_epoch(0);
  const auto second = train_epoch(1);
  EXPECT_FALSE(at::equal(first.at("0.bias"), initial.at("0.bias")));
  EXPECT_TRUE(at::equal(second.at("0.bias"), first.at("0.bias")));
  for (const char* name : {"0.weight", "2.norm1.weight", "4.norm2.weight"})
    EXPECT_TRUE(at::equal(second.at(name), initial.at(name))) << name;
  for (const char* name : {"2.conv1.weight", "3.norm1.bias", "7.weight"})
    EXPECT_FALSE(at::equal(second.at(name), first.at(name))) << name;
}

std::string result(std::optional<std::int64_t> stop_at) {
  const train::small::Directory directory;
  const auto plan = plan_of({"lookahead={ k = 2 }"});
  if (stop_at) run(plan, {.directory = directory.path, .stop_at = stop_at});
  EXPECT_TRUE(run(plan, {.directory = directory.path}).finished);
  return io::hash_file(directory.path / "model.safetensors") +
         io::hash_file(directory.path / "model-ema.safetensors");
}

TEST(AirbenchRun, GoesOnWithTheSameBits) {
  const auto whole = result(std::nullopt);
  for (const std::int64_t step : {1, 5, 6, 7}) EXPECT_EQ(result(step), whole) << step;
}

TEST(AirbenchRun, OverfitsABatch) {
  const auto found = cost::overfit_one_batch(plan_of(), 200);
  EXPECT_LT(found.last_loss, 0.7 * found.first_loss);
}

}  // namespace
}  // namespace temper::run

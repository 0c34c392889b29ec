// A training that temper import made a recipe of, against timm itself: the same initial weights and
// images.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/ones.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "temper/model/architecture.h"
#include "temper/model/timm_names.h"
#include "temper/recipe/recipe.h"
#include "temper/train/state.h"
#include "temper/train/step.h"
#include "tests/support/golden.h"
#include "tests/support/reference_network.h"

namespace temper::train {
namespace {

constexpr model::Task kTask{.channels = 3, .height = 32, .width = 32, .classes = 10};

recipe::Recipe imported() {
  return recipe::load(temper::testing::golden_path("imports/training.toml"));
}

/// The images and labels of a step, as scripts/golden/imported.py makes them.
data::Batch batch_of(std::int64_t step, std::int64_t images) {
  const auto labels = at::arange(images, at::kLong).mul(7).add(step).remainder(kTask.classes);
  return {.views = {temper::testing::noise({images, kTask.channels, kTask.height, kTask.width},
                                           1000 + static_cast<std::uint64_t>(step))
                        .contiguous(at::MemoryFormat::ChannelsLast)},
          .labels = labels,
          .targets = at::one_hot(labels, kTask.classes).to(at::kDouble),
          .labelled = at::ones({images}, at::kBool),
          .ids = at::arange(images, at::kLong)};
}

/// Fills the network from the formula, in float64 as timm's; its names are in the order of the
/// state.
void take_weights(const model::Network& network, const nlohmann::json& names) {
  const at::NoGradGuard guard;
  const auto state = temper::testing::state_of(network);
  ASSERT_EQ(state.size(), names.size());
  std::uint64_t stream = 0;
  for (const auto& name : names) {
    const auto found = state.find(name.get<std::string>());
    ASSERT_NE(found, state.end()) << name;
    auto value = found->second;
    if (value.is_floating_point()) value.set_data(value.to(at::kDouble));
    temper::testing::fill(found->first, value, stream++);
  }
}

TEST(Imported, TrainingHasTheLossesAndAverageOfTimms) {
  const auto golden = temper::testing::golden("imports/training.json");
  auto recipe = imported();
  const std::int64_t each = golden["steps_per_epoch"];
  const schedule::Horizon run{each, recipe.epochs * each};
  recipe::resolve(recipe, run);
  auto network = model::build(recipe.model, kTask, 1);
  take_weights(*network, golden["state"]);
  network->train(true);
  auto state = start(recipe, std::move(network), run);
  const recipe::ScheduleDriver driver(recipe, run);
  Times times;
  const auto losses = golden["losses"].get<std::vector<double>>();
  ASSERT_EQ(std::ssize(losses), run.total_steps);
  for (std::int64_t i = 0; i < run.total_steps; ++i) {
    prepare(state, driver);
    const auto result = step(state, recipe, batch_of(i, recipe.data.batch), times);
    EXPECT_NEAR(result.loss.item<double>(), losses[static_cast<std::size_t>(i)], 1e-4)
        << "step " << i;
  }
  std::map<std::string, double> norms;
  for (const auto& [name, average] : state.averages.at(0).tensors)
    norms[name] = average.to(at::kDouble).norm().item<double>();
  for (const auto& published : golden["average_norms"]) {
    const auto name = published[0].get<std::string>();
    const double norm = published[1];
    ASSERT_TRUE(norms.contains(name)) << name;
    EXPECT_NEAR(norms[name], norm, 1e-4 * norm) << name;
  }
}

TEST(Imported, ParametersThatDecayAreTimms) {
  const auto published = temper::testing::golden("imports/training.json")["decayed"];
  for (const auto& [name, expected] : published.items()) {
    auto recipe = imported();
    recipe.model = model::architecture_of(name).value();
    const auto state = start(recipe, model::build(recipe.model, kTask, 1));
    std::vector<std::string> decayed;
    for (const auto& target : state.targets)
      if (target.decay_scale > 0) decayed.push_back(target.name);
    EXPECT_THAT(decayed,
                ::testing::UnorderedElementsAreArray(expected.get<std::vector<std::string>>()))
        << name;
  }
}

}  // namespace
}  // namespace temper::train

#include "temper/cost/estimate.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "temper/augment/pipeline/views.h"
#include "temper/core/error.h"
#include "temper/cost/evaluated.h"
#include "temper/cost/machine_memory.h"
#include "temper/cost/median.h"
#include "temper/cost/memory.h"
#include "temper/cost/preflight.h"
#include "temper/evaluate/evaluate.h"
#include "temper/train/begin.h"
#include "temper/train/clock.h"
#include "temper/train/step.h"
#include "temper/train/training_batches.h"
#include "temper/train/training_size.h"

namespace temper::cost {
namespace {

/// The views of a test image, at most.
std::int64_t views_of(const train::Plan& plan) {
  const auto& tta = plan.recipe.evaluation.tta;
  return tta ? std::ssize(augment::views_of(*tta, plan.transform)) : 1;
}

}  // namespace

Estimate estimate(const train::Plan& plan, std::int64_t steps) {
  require_sizes(plan);
  require_batch_statistics(plan);
  const auto memory = require_memory(plan);
  auto recipe = plan.recipe;
  const recipe::ScheduleDriver driver(recipe, plan.horizon);
  auto state = train::begin(plan);
  const train::TrainingSize sizes(recipe, plan.horizon, plan.input());
  Estimate result{.parameters = model::parameter_count(*state.network),
                  .multiply_adds = model::multiply_adds(*state.network, plan.task),
                  .size = sizes.at(sizes.typical_at()),
                  .views = views_of(plan),
                  .memory = memory.total,
                  .memory_available = available_memory()};

  steps = std::min(steps, plan.horizon.total_steps);
  constexpr std::int64_t kWarmup = 3;
  state.network->train(true);
  train::TrainingBatches loader(plan, sizes.typical_at());
  std::int64_t epoch = 0;
  loader.start(epoch);
  train::Times times;
  std::vector<double> whole;
  std::vector<double> bare;
  train::Stopwatch watch;
  for (std::int64_t i = 0; i < steps; ++i) {
    const auto* batch = loader.next();
    if (batch == nullptr) {
      loader.start(++epoch);
      batch = loader.next();
    }
    train::prepare(state, driver);
    // Stages that are frozen temporarily are trained in most steps.
    state.network->freeze(driver.frozen_stages(plan.horizon.total_steps - 1));
    const train::Stopwatch step_watch;
    train::step(state, recipe, batch->to(plan.device), times);
    if (i >= kWarmup) bare.push_back(step_watch.seconds());
    const double all = watch.lap();
    if (i >= kWarmup) whole.push_back(all);
    ++result.steps_tried;
  }
  if (whole.empty())
    throw Error(Code::usage,
                fmt::format("a run of {} is too short to time, which takes {} or more; lower "
                            "data.batch_size, or train for longer",
                            steps == 1 ? "1 step" : fmt::format("{} steps", steps), kWarmup + 1));

  const auto batch = static_cast<double>(recipe.data.batch);
  const double step_seconds = median(whole);
  result.images_per_second = batch / step_seconds;
  result.step_images_per_second = batch / median(bare);

  // The test set is evaluated once, and so are the images of a linear probe that the last layer
  // starts from, whose fit is not counted. The time per image is measured on the probe, that of an
  // attack's pass on the training step.
  const auto fitted = model::probes_head(recipe.pretrained)
                          ? plan.train->size() + (plan.validation ? plan.validation->size() : 0)
                          : 0;
  watch = {};
  evaluate::predict(*state.network, plan, plan.probe);
  const double per_image = watch.seconds() / static_cast<double>(plan.probe->size());
  const auto evaluations = plan.horizon.epochs() + 1;
  const auto& attack = recipe.evaluation.attack;
  const auto gradients =
      attack ? weights_evaluated(recipe) * images_attacked(plan) * (attack->steps + 1) : 0;
  const double evaluation =
      per_image * static_cast<double>(images_scored(plan, *state.network) * evaluations + fitted +
                                      (plan.test ? plan.test->size() * result.views : 0)) +
      static_cast<double>(gradients * evaluations) / result.step_images_per_second;
  result.seconds = step_seconds * static_cast<double>(plan.horizon.total_steps) + evaluation;
  return result;
}

}  // namespace temper::cost

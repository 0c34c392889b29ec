#include "temper/train/estimate.h"

#include <algorithm>
#include <vector>

#include "temper/core/error.h"
#include "temper/train/clock.h"
#include "temper/train/evaluate.h"
#include "temper/train/machine_memory.h"
#include "temper/train/memory.h"
#include "temper/train/step.h"

namespace temper::train {
namespace {

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

Estimate estimate(const Plan& plan, std::int64_t steps) {
  const auto memory = require_memory(plan);
  auto recipe = plan.recipe;
  recipe::ScheduleDriver driver(recipe, plan.horizon);
  auto state = start(recipe, build_network(plan), plan.horizon);
  Estimate result{.parameters = model::parameter_count(*state.network),
                  .multiply_adds = model::multiply_adds(*state.network, plan.task),
                  .memory = memory.total,
                  .memory_available = available_memory()};

  steps = std::min(steps, plan.horizon.steps_per_epoch - 1);
  constexpr std::int64_t kWarmup = 3;
  state.network->train(true);
  data::Loader loader(plan.train, plan.training);
  loader.start(0);
  Times times;
  std::vector<double> whole;
  std::vector<double> bare;
  Stopwatch watch;
  for (std::int64_t i = 0; i < steps; ++i) {
    const auto* batch = loader.next();
    if (batch == nullptr) break;
    driver.apply(state.step);
    const Stopwatch step_watch;
    step(state, recipe, to(*batch, plan.device), times);
    if (i >= kWarmup) bare.push_back(step_watch.seconds());
    const double all = watch.lap();
    if (i >= kWarmup) whole.push_back(all);
    ++result.steps_tried;
  }
  if (whole.empty())
    throw Error(Code::usage, "the training set has too few batches to time; lower data.batch");

  const auto batch = static_cast<double>(recipe.data.batch);
  const double step_seconds = median(whole);
  result.images_per_second = batch / step_seconds;
  result.step_images_per_second = batch / median(bare);

  // An evaluation reads the probe and the validation set, and the test set comes once. Its rate is
  // tried on the probe.
  const auto evaluated = plan.probe->size() + (plan.validation ? plan.validation->size() : 0);
  watch = {};
  predict(*state.network, plan, plan.probe);
  const double per_image = watch.seconds() / static_cast<double>(plan.probe->size());
  const double evaluation = per_image * static_cast<double>(evaluated * (recipe.epochs + 1) +
                                                            (plan.test ? plan.test->size() : 0));
  result.seconds = step_seconds * static_cast<double>(plan.horizon.total_steps) + evaluation;
  return result;
}

}  // namespace temper::train

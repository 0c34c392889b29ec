#include "temper/train/plan_of_rank.h"

#include <algorithm>

#include "temper/core/error.h"
#include "temper/mix/mixing.h"
#include "temper/train/data_parallel.h"

namespace temper::train {
namespace {

bool can_mix(const mix::Mixing& mixing, std::int64_t rows) {
  try {
    mix::check(mixing, "mixing", rows);
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// What a machine's threads are to each of its ranks.
std::int64_t share(std::int64_t threads, std::int64_t local_ranks) {
  return std::max<std::int64_t>(1, threads / local_ranks);
}

}  // namespace

Plan plan_of_rank(const Plan& plan, const recipe::Recipe& recipe, std::int64_t ranks,
                  std::int64_t local_ranks) {
  if (ranks > 1)
    recipe::with_places(recipe.places, [&] { check_data_parallel(plan.recipe, ranks); });
  auto part = alone(plan);
  auto& options = part.recipe;
  const auto batch = options.data.batch;
  const auto rows = (batch + ranks - 1) / ranks;
  options.data.batch = rows;
  options.data.micro_batches = std::min(options.data.micro_batches, batch / ranks);
  if (options.mixing && !can_mix(*options.mixing, rows)) options.mixing.reset();
  part.training.batch = rows;
  if (part.unlabelled) part.training_unlabelled.batch = rows * options.semi->ratio;
  if (!recipe.threads.value) options.threads.value = share(*options.threads.value, local_ranks);
  if (!recipe.data.loader_threads.value) {
    const auto threads = share(*options.data.loader_threads.value, local_ranks);
    options.data.loader_threads.value = threads;
    part.training.threads = threads;
    part.training_unlabelled.threads = threads;
    part.evaluation.threads = threads;
  }
  return part;
}

}  // namespace temper::train

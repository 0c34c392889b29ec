#include "temper/tune/range_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <variant>

#include "temper/core/error.h"
#include "temper/cost/memory.h"
#include "temper/cost/preflight.h"
#include "temper/evaluate/evaluate.h"
#include "temper/evaluate/fit_head.h"
#include "temper/optim/lr_scaling.h"
#include "temper/recipe/search.h"
#include "temper/schedule/schedule.h"
#include "temper/train/begin.h"
#include "temper/train/plan.h"
#include "temper/train/step.h"
#include "temper/train/training_batches.h"
#include "temper/tune/setting.h"

namespace temper::tune {
namespace {

constexpr auto kLr = "optimizer.lr";
constexpr std::int64_t kFewestSteps = 10;
constexpr std::size_t kLeftOutAtEnd = 5;  // as fastai's lr_find does

/// A learning rate of the recipe.
struct Rate {
  double* number;
  double ratio;  ///< to optimizer.lr
};

double scaling_of(const recipe::Recipe& recipe) {
  return recipe.lr_scaling ? optim::factor(*recipe.lr_scaling, recipe.data.batch) : 1;
}

/// The highest value of a learning rate over the run, without the factor of lr_scaling.
double height(const recipe::Recipe& recipe, const std::string& path, double number,
              const schedule::Horizon& horizon) {
  const auto driven = recipe.schedules.find(path);
  return driven == recipe.schedules.end() ? number
                                          : schedule::range(driven->second, horizon).second;
}

double& number_at(const Group& view, const std::string& path) {
  return *std::get<double*>(recipe::find(view, path)->slot);
}

void check(const RangeTestOptions& options, const train::Plan& plan) {
  const auto refuse = [](const std::string& message) { throw Error(Code::usage, message); };
  if (!(options.low > 0 && options.high > options.low && std::isfinite(options.high)))
    refuse(
        fmt::format("the learning rates go from {} to {}; expected two positive numbers, the "
                    "lower one first",
                    options.low, options.high));
  if (options.steps < kFewestSteps || options.steps > plan.horizon.total_steps)
    refuse(fmt::format("the range test has {} steps; expected from {} to the run's {}",
                       options.steps, kFewestSteps, plan.horizon.total_steps));
  if (!(options.smoothing >= 0 && options.smoothing < 1))
    refuse(fmt::format("the smoothing is {}; expected [0, 1)", options.smoothing));
  if (!(options.divergence > 1))
    refuse(fmt::format("the loss counts as diverged at {} times its lowest value; expected > 1",
                       options.divergence));
}

/// The learning rates of a recipe, which then has no schedules of them.
class Rates {
 public:
  Rates(recipe::Recipe& recipe, const schedule::Horizon& horizon) : scaling_(scaling_of(recipe)) {
    const auto view = group(recipe);
    bounds_ = recipe::find(view, kLr)->meta.bounds;
    highest_ = height(recipe, kLr, number_at(view, kLr), horizon);
    for (const auto& path : recipe::paths_of(view, "lr")) {
      auto& number = number_at(view, path);
      const double own = height(recipe, path, number, horizon);
      rates_.push_back({&number, path == kLr || highest_ == 0 ? 1 : own / highest_});
      number = own;
    }
    for (const auto& path : recipe::paths_of(view, "lr")) recipe.schedules.erase(path);
  }

  void check(const RangeTestOptions& options) const {
    for (const double lr : {options.low, options.high})
      if (!bounds_.contain(scaling_ * lr))
        throw Error(Code::usage, fmt::format("the range test would set optimizer.lr to {}; "
                                             "expected {}",
                                             scaling_ * lr, bounds_.text()));
  }
  void set(double lr) const {
    for (const auto& [number, ratio] : rates_) *number = scaling_ * ratio * lr;
  }
  [[nodiscard]] double scaling() const { return scaling_; }
  [[nodiscard]] double highest() const { return highest_; }

 private:
  double scaling_;
  double highest_ = 0;
  Bounds bounds_;
  std::vector<Rate> rates_;
};

void fit_head(train::State& state, const train::Plan& plan, const StopFlag* stop) {
  const auto cancel = [stop] { return stop != nullptr && stop->is_set(); };
  (void)evaluate::fit_head(state, plan, cancel);
}

[[noreturn]] void throw_stopped() {
  throw Error(Code::stopped, "stopped; a range test saves nothing and begins again");
}

/// The steps of the test.
class Test {
 public:
  Test(const train::Plan& plan, const RangeTestOptions& options)
      : plan_(plan),
        options_(options),
        recipe_(plan.recipe),
        rates_(recipe_, plan.horizon),
        driver_(recipe_, plan.horizon),
        state_(train::begin(plan)),
        loader_(plan),
        smoothed_(options.smoothing) {
    rates_.check(options);
    fit_head(state_, plan, options.stop);
    state_.network->train(true);
  }

  RangeTest run() {
    RangeTest result{.name = plan_.recipe.name,
                     .options = options_,
                     .scaling = rates_.scaling(),
                     .current = rates_.highest()};
    double lowest = 0;
    for (std::int64_t i = 0; i < options_.steps; ++i) {
      if (options_.stop != nullptr && options_.stop->is_set()) throw_stopped();
      const double lr = rate_at(i);
      const double loss = step(i, lr);
      if (!std::isfinite(loss)) {
        result.diverged = true;
        break;
      }
      const RangePoint point{
          .step = i + 1, .lr = lr, .loss = loss, .smoothed = smoothed_.add(loss)};
      result.points.push_back(point);
      if (options_.on_step) options_.on_step(point);
      lowest = i == 0 ? point.smoothed : std::min(lowest, point.smoothed);
      if (not_finite_ || point.smoothed > options_.divergence * lowest) {
        result.diverged = i + 1 < options_.steps || not_finite_;
        break;
      }
    }
    result.suggestions =
        suggest(result.points, static_cast<std::size_t>(options_.steps / 10), kLeftOutAtEnd);
    return result;
  }

 private:
  [[nodiscard]] double rate_at(std::int64_t i) const {
    const auto part = static_cast<double>(i) / static_cast<double>(options_.steps - 1);
    return options_.low * std::pow(options_.high / options_.low, part);
  }

  /// @return the loss before the update
  double step(std::int64_t i, double lr) {
    const auto per_epoch = plan_.horizon.steps_per_epoch;
    if (i % per_epoch == 0) loader_.start(i / per_epoch);
    const auto batch = loader_.next()->to(plan_.device);
    train::prepare(state_, driver_);
    rates_.set(lr);
    const auto result = train::step(state_, recipe_, batch, times_);
    not_finite_ = result.not_finite.has_value();
    return result.loss.item<double>();
  }

  const train::Plan& plan_;
  const RangeTestOptions& options_;
  recipe::Recipe recipe_;
  Rates rates_;
  recipe::ScheduleDriver driver_;
  train::State state_;
  train::TrainingBatches loader_;
  SmoothedLoss smoothed_;
  train::Times times_;
  bool not_finite_ = false;  ///< the last step was not applied
};

}  // namespace

double SmoothedLoss::add(double loss) {
  mean_ = beta_ * mean_ + (1 - beta_) * loss;
  weight_ *= beta_;
  return mean_ / (1 - weight_);
}

LrSuggestions suggest(std::span<const RangePoint> points, std::size_t skip_first,
                      std::size_t skip_last) {
  constexpr std::size_t fewest = 3;
  LrSuggestions found;
  if (points.size() < skip_first + skip_last + fewest) return found;
  const auto used = points.subspan(skip_first, points.size() - skip_first - skip_last);
  const auto lowest = std::ranges::min_element(used, {}, &RangePoint::smoothed);
  found.lowest_at = lowest->lr;
  constexpr double tenth = 10;
  found.minimum_tenth = lowest->lr / tenth;
  double steepest = 0;
  for (std::size_t i = 0; i + 1 < used.size(); ++i) {
    const double slope = (used[i + 1].smoothed - used[i].smoothed) /
                         (std::log(used[i + 1].lr) - std::log(used[i].lr));
    if (slope >= steepest) continue;
    steepest = slope;
    found.steepest_descent = used[i].lr;
  }
  return found;
}

RangeTest range_test(const recipe::Recipe& recipe, data::Dataset data,
                     const RangeTestOptions& options) {
  data.test = nullptr;
  auto plan = train::plan(recipe, data);
  plan.validation = nullptr;
  check(options, plan);
  train::prepare_thread(plan);
  cost::require_sizes(plan);
  cost::require_batch_statistics(plan);
  (void)cost::require_memory(plan);
  try {
    return Test(plan, options).run();
  } catch (const evaluate::Cancelled&) {
    throw_stopped();
  }
}

recipe::Recipe with_lr(const recipe::Recipe& recipe, double lr) {
  return recipe::parse(recipe::to_toml(recipe), recipe.name,
                       {fmt::format("{}={}", height_path(recipe, kLr), recipe::number_text(lr))});
}

}  // namespace temper::tune

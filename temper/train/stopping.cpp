#include "temper/train/stopping.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "temper/core/error.h"
#include "temper/train/averaged.h"

namespace temper::train {
namespace {

using regularize::EarlyStopping;
using regularize::StoppingMetric;

std::vector<Named> copies_of(std::span<const Named> tensors) {
  const at::NoGradGuard guard;
  std::vector<Named> copies;
  for (const auto& [name, tensor] : tensors) copies.emplace_back(name, tensor.detach().clone());
  return copies;
}

void copy(std::span<const Named> from, std::span<const Named> to) {
  const at::NoGradGuard guard;
  for (std::size_t i = 0; i < from.size(); ++i) to[i].second.copy_(from[i].second);
}

/// NaN where the score is missing or not finite, since JSON can't hold other values.
double score_of(const EarlyStopping& options, const recipe::Recipe& recipe,
                const Evaluated& evaluated) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const auto& scores = selected_scores(evaluated, recipe);
  if (!scores || !scores->validation) return kNone;
  const double value = options.measure == StoppingMetric::validation_loss
                           ? scores->validation->loss
                           : scores->validation->accuracy;
  return std::isfinite(value) ? value : kNone;
}

std::string measure_text(const EarlyStop& stop) {
  return stop.measure == name_of(StoppingMetric::validation_loss)
             ? fmt::format("a validation loss of {:.4g}", stop.best)
             : fmt::format("a validation accuracy of {:.2f}%", 100 * stop.best);
}

}  // namespace

void check_stopping(const recipe::Recipe& recipe, bool validated) {
  if (!recipe.early_stopping || validated) return;
  throw Error(Code::usage, recipe::place(recipe.places, "early_stopping"),
              "early_stopping needs a validation score, and data.validation = 0 leaves none; hold "
              "out a fraction, such as data.validation = 0.1, or leave it out");
}

void begin_stopping(State& state, const recipe::Recipe& recipe) {
  if (!recipe.early_stopping) return;
  state.stop.emplace();
  if (!recipe.early_stopping->restore_best) return;
  state.best.emplace();
  state.best->raw = copies_of(weights(*state.network));
  for (const auto& average : state.averages)
    state.best->averaged.push_back(copies_of(average.tensors));
}

std::optional<StopDecision> judge(const State& state, const recipe::Recipe& recipe,
                                  const Evaluated& evaluated) {
  if (!recipe.early_stopping) return std::nullopt;
  const auto& options = *recipe.early_stopping;
  StopDecision judged{.memory = *state.stop};
  judged.best = regularize::observe(options, score_of(options, recipe, evaluated), evaluated.epoch,
                                    judged.memory);
  judged.ends = regularize::should_stop(options, judged.memory);
  return judged;
}

void record_evaluation(State& state, const StopDecision& judged) {
  state.stop = judged.memory;
  if (!judged.best || !state.best) return;
  copy(weights(*state.network), state.best->raw);
  for (std::size_t i = 0; i < state.averages.size(); ++i)
    copy(state.averages[i].tensors, state.best->averaged[i]);
}

bool should_stop(const State& state, const recipe::Recipe& recipe) {
  return recipe.early_stopping && regularize::should_stop(*recipe.early_stopping, *state.stop);
}

std::optional<EarlyStop> finish_early_stopping(State& state, const recipe::Recipe& recipe,
                                               const schedule::Horizon& horizon) {
  if (!recipe.early_stopping) return std::nullopt;
  const auto& memory = *state.stop;
  const bool restored = state.best && memory.seen;
  if (restored) {
    copy(state.best->raw, weights(*state.network));
    for (std::size_t i = 0; i < state.averages.size(); ++i)
      copy(state.best->averaged[i], state.averages[i].tensors);
  }
  return EarlyStop{.reason = should_stop(state, recipe) ? "patience" : "length",
                   .epoch = horizon.epochs(state.step),
                   .step = state.step,
                   .measure = std::string(name_of(recipe.early_stopping->measure)),
                   .best = memory.seen ? memory.best : std::numeric_limits<double>::quiet_NaN(),
                   .best_epoch = memory.best_epoch,
                   .waited = memory.waited,
                   .weights = restored ? "best" : "last"};
}

std::string to_text(const EarlyStop& stop, std::int64_t epochs) {
  const bool seen = std::isfinite(stop.best);
  std::string text;
  if (stop.reason == "patience")
    text = fmt::format("Training ended early, after epoch {} of {}: {} evaluation{} in a row {}.",
                       stop.epoch, epochs, stop.waited, stop.waited == 1 ? "" : "s",
                       seen ? fmt::format("did not improve on epoch {} with {}", stop.best_epoch,
                                          measure_text(stop))
                            : std::string("had no finite validation score"));
  else if (seen)
    text = fmt::format(
        "Early stopping did not end the run; its best evaluation was that of epoch {} with {}.",
        stop.best_epoch, measure_text(stop));
  else
    text = "Early stopping did not end the run; no evaluation had a finite validation score.";
  return text + (stop.weights == "best"
                     ? fmt::format(" The weights are those of epoch {}.", stop.best_epoch)
                     : " The weights are the last ones.");
}

}  // namespace temper::train

#include "temper/study/engine/figures_of.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <variant>

#include "temper/io/format/json_keys.h"
#include "temper/train/averaged.h"

namespace temper::study {
namespace {

using nlohmann::json;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

void put(Figures& figures, const std::string& name, double value) {
  if (std::isfinite(value)) figures[name] = value;
}

/// @param prefix  "" or one that ends with a dot
void flatten(Figures& figures, const std::string& prefix, const json& object) {
  for (const auto& [name, value] : object.items()) {
    if (name.ends_with("interval") || name == "classes") continue;
    if (value.is_number())
      put(figures, prefix + name, value.get<double>());
    else if (value.is_object())
      // The errors of regression are figures of the split itself.
      flatten(figures, name == "errors" ? prefix : prefix + name + ".", value);
    else if (name == "values")
      for (const auto& one : value)
        flatten(figures, fmt::format("{}values.{}.", prefix, one.value("value", "")), one);
  }
}

template <class Kind>
const Kind* last(const std::vector<train::Event>& events) {
  const Kind* found = nullptr;
  for (const auto& event : events)
    if (const auto* one = std::get_if<Kind>(&event)) found = one;
  return found;
}

template <class Kind>
const Kind* first(const std::vector<train::Event>& events) {
  for (const auto& event : events)
    if (const auto* one = std::get_if<Kind>(&event)) return one;
  return nullptr;
}

/// Seconds of training so far, of a run that has not ended.
double seconds_so_far(const std::vector<train::Event>& events) {
  const auto* step = last<train::Stepped>(events);
  return step == nullptr ? 0 : step->seconds;
}

/// @param steps  of the whole run
void add_times(Figures& figures, const train::Started& start, const train::Ended& end,
               std::int64_t steps) {
  put(figures, "seconds", end.seconds);
  if (start.step >= steps) return;  // the last process trained nothing
  const auto whole = static_cast<double>(steps) / static_cast<double>(steps - start.step);
  const auto times = io::json_of(end.time);
  for (const auto& [name, seconds] : times.items())
    put(figures, "time." + name, whole * seconds.get<double>());
  put(figures, "time.passes", whole * (end.time.forward + end.time.backward));
}

double r2_or_accuracy(const train::Score& score) {
  return score.errors ? score.errors->r2 : score.accuracy;
}

}  // namespace

void add_figures(Figures& figures, const evaluate::Assessment& assessment) {
  auto object = io::json_of(assessment);
  for (const char* name : {"gap", "weight_norms"})
    if (object.contains(name)) {
      flatten(figures, fmt::format("{}.", name), object[name]);
      object.erase(name);
    }
  flatten(figures, assessment.split + ".", object);
}

void add_figures(Figures& figures, const std::vector<train::Event>& events) {
  const auto* start = last<train::Started>(events);
  const auto* stop = last<train::EarlyStop>(events);
  if (start != nullptr) {
    const auto steps = stop != nullptr ? stop->step : start->total_steps;
    put(figures, "steps", static_cast<double>(steps));
    put(figures, "parameters", static_cast<double>(start->parameters));
    put(figures, "multiply_adds", static_cast<double>(start->multiply_adds));
    if (const auto* end = last<train::Ended>(events); end != nullptr)
      add_times(figures, *start, *end, steps);
    else
      put(figures, "seconds", seconds_so_far(events));
  }
  if (const auto* step = first<train::Stepped>(events); step != nullptr)
    put(figures, "first_loss", step->loss);
  if (stop == nullptr) return;
  flatten(figures, "early_stop.", io::json_of(*stop));
  put(figures, "early_stop.by_patience", stop->reason == "patience" ? 1 : 0);
}

void add_attacked(Figures& figures, const std::vector<train::Event>& events,
                  const recipe::Recipe& recipe) {
  std::vector<double> course;
  for (const auto& event : events) {
    const auto* evaluated = std::get_if<train::Evaluated>(&event);
    if (evaluated == nullptr) continue;
    const auto& scores = train::selected_scores(*evaluated, recipe);
    if (scores && scores->attacked) course.push_back(scores->attacked->accuracy);
  }
  if (course.empty()) return;
  put(figures, "attacked.accuracy", course.back());
  double sum = 0;
  double steps = 0;
  for (auto i = course.size() / 2 + 1; i < course.size(); ++i, ++steps)
    sum += (course[i] - course[i - 1]) * (course[i] - course[i - 1]);
  put(figures, "attacked.deviation", std::sqrt(sum / steps / 2));
}

std::vector<Epoch> epochs_of(const std::vector<train::Event>& events,
                             const recipe::Recipe& recipe) {
  std::vector<Epoch> epochs;
  for (const auto& event : events) {
    const auto* evaluated = std::get_if<train::Evaluated>(&event);
    if (evaluated == nullptr) continue;
    const auto& scores = train::selected_scores(*evaluated, recipe);
    if (!scores) continue;
    const auto& validation = scores->validation;
    epochs.push_back({.epoch = evaluated->epoch,
                      .seconds = evaluated->seconds,
                      .train_loss = scores->train.loss,
                      .validation_loss = validation ? validation->loss : kMissing,
                      .accuracy = validation ? r2_or_accuracy(*validation) : kMissing});
  }
  return epochs;
}

}  // namespace temper::study

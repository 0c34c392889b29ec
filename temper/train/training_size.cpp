#include "temper/train/training_size.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "temper/core/error.h"
#include "temper/recipe/contradictions.h"
#include "temper/train/evaluation_input.h"

namespace temper::train {
namespace {

constexpr auto kPath = "data.train_size";

/// Height and width of the network's input for images of different sizes.
constexpr std::int64_t kPictureSide = 224;

[[noreturn]] void refuse(const recipe::Recipe& recipe, const std::string& found) {
  throw Error(Code::usage, recipe::place(recipe.places, kPath),
              fmt::format("{}{}; expected {} pixels or more: it is a side in pixels, not a "
                          "fraction of data.size",
                          kPath, found, recipe::kLeastTrainSize));
}

}  // namespace

augment::Size input_size(const recipe::Recipe& recipe, augment::Size images) {
  if (const auto side = recipe.data.size.value) return {*side, *side};
  return images.height > 0 ? images : augment::Size{kPictureSide, kPictureSide};
}

TrainingSize::TrainingSize(const recipe::Recipe& recipe, const schedule::Horizon& horizon,
                           augment::Size input)
    : side_(recipe.data.train_size), horizon_(horizon), input_(input) {
  const auto driven = recipe.schedules.find(kPath);
  if (driven != recipe.schedules.end()) {
    schedule_ = driven->second;
    scan_steps();
  }
  if (!given() || std::llround(side_at(smallest_)) >= recipe::kLeastTrainSize) return;
  refuse(recipe, scheduled() ? fmt::format(": its schedule gives {:g} at step {} of {}",
                                           side_at(smallest_), smallest_, horizon.total_steps)
                             : fmt::format(" = {:g}", side_));
}

double TrainingSize::side_at(std::int64_t step) const {
  return schedule_ ? schedule::value(*schedule_, step, horizon_) : side_;
}

augment::Size TrainingSize::at(std::int64_t step) const {
  if (!given()) return input_;
  return with_longer_side(input_, std::max<std::int64_t>(1, std::llround(side_at(step))));
}

double TrainingSize::area_at(std::int64_t step) const {
  const auto [height, width] = at(step);
  return static_cast<double>(height * width);
}

void TrainingSize::scan_steps() {
  double mean = 0;
  double least = area_at(0);
  double most = least;
  for (std::int64_t step = 0, next = 0; step < horizon_.total_steps; step = next) {
    next = schedule::next_checked(step, horizon_);
    const double area = area_at(step);  // of all steps until the next one
    mean += (area - mean) * static_cast<double>(next - step) / static_cast<double>(next);
    if (area < least) {
      least = area;
      smallest_ = step;
    }
    if (area > most) {
      most = area;
      largest_ = step;
    }
  }
  double away = std::abs(area_at(0) - mean);
  for (std::int64_t step = 0; step < horizon_.total_steps;
       step = schedule::next_checked(step, horizon_))
    if (const double here = std::abs(area_at(step) - mean); here < away) {
      away = here;
      typical_ = step;
    }
}

}  // namespace temper::train

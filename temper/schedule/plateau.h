#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/schedule/warmup.h"

namespace temper::schedule {

/// What a plateau is one of, measured after every epoch with the weights that count.
enum class PlateauMeasure : std::uint8_t {
  validation_loss,     ///< lower is better
  validation_accuracy  ///< higher is better
};

/// What counts as an improvement over the best so far.
enum class PlateauThreshold : std::uint8_t {
  relative,  ///< loss < best * (1 - threshold), accuracy > best * (1 + threshold)
  absolute   ///< loss < best - threshold, accuracy > best + threshold
};

/// The peak, multiplied by a factor whenever the validation score has stopped getting better. The
/// only schedule that depends on a measurement.
struct Plateau {
  double peak = 0.1;
  double factor = 0.1;
  std::int64_t patience = 10;
  PlateauMeasure measure = PlateauMeasure::validation_loss;
  double threshold = 1e-4;
  PlateauThreshold threshold_mode = PlateauThreshold::relative;
  std::int64_t cooldown = 0;
  double minimum = 0;
  double eps = 1e-8;
  Warmup warmup = {};

  static constexpr std::string_view kind = "plateau";
  static constexpr About about = {
      .summary =
          "The peak, multiplied by a factor whenever the validation score has stopped getting "
          "better, as PyTorch's ReduceLROnPlateau has it. Patience and cooldown count epochs. "
          "Evaluations within a warm-up don't count, unless the warm-up's clock runs.",
      .formula =
          "after every epoch: better ? best <- score, bad <- 0 : bad <- bad + 1\n"
          "in a cooldown: bad <- 0\n"
          "bad > patience: value <- max(minimum, factor * value), bad <- 0, the cooldown begins"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Plateau::peak, {.name = "peak", .meaning = "value at the start"}),
        field(&Plateau::factor, {.name = "factor",
                                 .meaning = "what a reduction multiplies by",
                                 .bounds = {0, 1, false, true}}),
        field(&Plateau::patience,
              {.name = "patience",
               .meaning = "epochs without an improvement that are let by before a reduction",
               .unit = "epochs",
               .bounds = {.low = 0}}),
        field(&Plateau::measure,
              {.name = "measure", .meaning = "the score, of the weights that count"}),
        field(&Plateau::threshold, {.name = "threshold",
                                    .meaning = "a change that is no larger is no improvement",
                                    .bounds = {.low = 0}}),
        field(&Plateau::threshold_mode,
              {.name = "threshold_mode",
               .meaning = "the threshold is a share of the best score, or "
                          "a distance from it"}),
        field(&Plateau::cooldown, {.name = "cooldown",
                                   .meaning = "epochs after a reduction that are not counted",
                                   .unit = "epochs",
                                   .bounds = {.low = 0}}),
        field(&Plateau::minimum,
              {.name = "minimum", .meaning = "value that is never gone below", .alias = "min_lr"}),
        field(&Plateau::eps, {.name = "eps",
                              .meaning = "a reduction by no more than this is not made",
                              .bounds = {.low = 0}}),
        warmup_field(&Plateau::warmup)};
  }
};

/// What a plateau knows of the evaluations so far.
struct PlateauMemory {
  PlateauMeasure measure = PlateauMeasure::validation_loss;  ///< that the rest is about
  std::optional<double> best = {};
  std::int64_t bad = 0;            ///< evaluations since the last that was better
  std::int64_t cooldown_left = 0;  ///< evaluations that are not counted yet
  std::int64_t reductions = 0;

  bool operator==(const PlateauMemory&) const = default;
};

/// The memory after one more evaluation. A score that is not finite is no improvement.
/// @param step  steps done when it was made; evaluations before the end of a warm-up whose clock
/// waits change nothing
PlateauMemory observe(const Plateau& curve, PlateauMemory memory, double score, std::int64_t step,
                      const Horizon& horizon);

/// The value after so many reductions, behind any warm-up.
double reduced(const Plateau& curve, std::int64_t reductions);

/// Before any reduction.
double at(const Plateau& curve, const Clock& clock);

}  // namespace temper::schedule

template <>
struct temper::EnumNames<temper::schedule::PlateauMeasure> {
  static constexpr std::array<std::string_view, 2> value{"validation_loss", "validation_accuracy"};
};
template <>
struct temper::EnumNames<temper::schedule::PlateauThreshold> {
  static constexpr std::array<std::string_view, 2> value{"relative", "absolute"};
};

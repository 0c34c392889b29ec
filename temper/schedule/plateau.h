#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"
#include "temper/core/keys.h"
#include "temper/schedule/warmup.h"

namespace temper::schedule {

/// The monitored metric, measured after every epoch with the weights that are evaluated.
enum class PlateauMeasure : std::uint8_t {
  validation_loss,     ///< lower is better
  validation_accuracy  ///< higher is better
};

/// How an improvement over the best score so far is defined.
enum class PlateauThreshold : std::uint8_t {
  relative,  ///< loss < best * (1 - threshold), accuracy > best * (1 + threshold)
  absolute   ///< loss < best - threshold, accuracy > best + threshold
};

/// The peak, multiplied by a factor whenever the validation score has stopped improving. The only
/// schedule that depends on a measurement.
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

  void check(const std::string& where) const;
  [[nodiscard]] std::vector<Onset> onsets(double start, const Horizon& horizon) const;

  static constexpr std::string_view kind = "plateau";
  static constexpr About about = {
      .summary =
          "The peak, multiplied by a factor whenever the validation score has stopped improving, "
          "as in PyTorch's ReduceLROnPlateau. Patience and cooldown are counted in epochs. "
          "Evaluations during a warm-up don't count, unless warmup.clock = \"runs\".",
      .formula =
          "after every epoch: better ? best <- score, bad <- 0 : bad <- bad + 1\n"
          "in a cooldown: bad <- 0\n"
          "bad > patience: value <- max(minimum, factor * value), bad <- 0, the cooldown begins"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Plateau::peak, {.name = "peak", .meaning = "value at the start"}),
        field(&Plateau::factor, {.name = "factor",
                                 .meaning = "factor of each reduction",
                                 .bounds = {0, 1, false, true}}),
        field(&Plateau::patience,
              {.name = "patience",
               .meaning =
                   "number of epochs without improvement that are tolerated before a reduction",
               .unit = "epochs",
               .bounds = {.low = 0}}),
        field(&Plateau::measure,
              {.name = "measure",
               .meaning = "metric that is monitored, of the weights that are evaluated"}),
        field(&Plateau::threshold, {.name = "threshold",
                                    .meaning = "minimum improvement; only a larger change counts",
                                    .bounds = {.low = 0}}),
        field(&Plateau::threshold_mode,
              {.name = "threshold_mode",
               .meaning = "whether the threshold is a fraction of the best score (relative) or a "
                          "difference from it (absolute)"}),
        field(&Plateau::cooldown,
              {.name = "cooldown",
               .meaning = "number of epochs after a reduction that are not counted",
               .unit = "epochs",
               .bounds = {.low = 0}}),
        field(&Plateau::minimum,
              {.name = "minimum", .meaning = "lower bound on the value", .alias = "min_lr"}),
        field(&Plateau::eps, {.name = "eps",
                              .meaning = "minimum reduction; only a larger one is made",
                              .bounds = {.low = 0}}),
        warmup_field(&Plateau::warmup)};
  }
};

/// The state of a plateau after the evaluations so far.
struct PlateauState {
  PlateauMeasure measure = PlateauMeasure::validation_loss;  ///< that the rest refers to
  std::optional<double> best = {};
  std::int64_t bad = 0;            ///< evaluations in a row without improvement
  std::int64_t cooldown_left = 0;  ///< evaluations left in the cooldown
  std::int64_t reductions = 0;

  bool operator==(const PlateauState&) const = default;

  static constexpr auto keys() {
    return std::tuple{key("measure", &PlateauState::measure), nullable("best", &PlateauState::best),
                      key("bad", &PlateauState::bad),
                      key("cooldown_left", &PlateauState::cooldown_left),
                      key("reductions", &PlateauState::reductions)};
  }
};

/// The state after one more evaluation. A non-finite score is not an improvement.
/// @param step  the number of steps done at the evaluation; evaluations before the end of a warm-up
/// whose clock waits are ignored
PlateauState observe(const Plateau& curve, PlateauState memory, double score, std::int64_t step,
                     const Horizon& horizon);

/// The value after that number of reductions, after any warm-up.
double reduced(const Plateau& curve, std::int64_t reductions);

/// The value before any reduction.
double at(const Plateau& curve, const Clock& clock);

}  // namespace temper::schedule

template <>
struct temper::EnumNames<temper::schedule::PlateauMeasure> {
  static constexpr std::array<std::string_view, 2> value{"validation_loss", "validation_accuracy"};
  static constexpr std::string_view for_classes = "validation_accuracy";
};
template <>
struct temper::EnumNames<temper::schedule::PlateauThreshold> {
  static constexpr std::array<std::string_view, 2> value{"relative", "absolute"};
};

#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"

namespace temper::regularize {

/// What an evaluation is judged by.
enum class StopMeasure : std::uint8_t { validation_loss, validation_accuracy };

/// Training ends when evaluations stop to get better.
struct EarlyStopping {
  std::int64_t patience = 10;
  double minimum_improvement = 0;
  StopMeasure measure = StopMeasure::validation_loss;
  bool restore_best = true;

  static constexpr About about = {
      .summary =
          "Training ends after the evaluation that is the last of so many in a row that were not "
          "better than the best one before. Where the length of a run is chosen well and its rate "
          "falls to zero, the literature rather advises stronger regularization.",
      .formula = "better: loss < best - minimum_improvement, accuracy > best + minimum_improvement",
      .paper = "Prechelt 1998, Early stopping - but when?"};
  static constexpr auto fields() {
    return std::tuple{
        field(&EarlyStopping::patience,
              {.name = "patience",
               .meaning = "evaluations in a row without an improvement that end the run",
               .unit = "epochs",
               .bounds = {.low = 1}}),
        field(&EarlyStopping::minimum_improvement,
              {.name = "minimum_improvement",
               .meaning = "what an evaluation must be better by, in the measure's unit",
               .bounds = {.low = 0}}),
        field(&EarlyStopping::measure,
              {.name = "measure", .meaning = "what is to get better: of the weights that count"}),
        field(&EarlyStopping::restore_best,
              {.name = "restore_best",
               .meaning = "the run ends with the weights of its best evaluation"})};
  }
};

/// What has been seen so far. All of it belongs in a checkpoint.
struct StopMemory {
  bool seen = false;            ///< there was an evaluation, and `best` holds
  double best = 0;              ///< the measure there
  std::int64_t best_epoch = 0;  ///< of the best evaluation
  std::int64_t waited = 0;      ///< evaluations since
  bool operator==(const StopMemory&) const = default;
};

/// Takes in an evaluation. One that is not a number is no improvement.
/// @return whether it is the best so far
bool observe(const EarlyStopping& options, double value, std::int64_t epoch, StopMemory& memory);

/// Whether training ends here.
bool has_ended(const EarlyStopping& options, const StopMemory& memory);

}  // namespace temper::regularize

template <>
struct temper::EnumNames<temper::regularize::StopMeasure> {
  static constexpr std::array<std::string_view, 2> value{"validation_loss", "validation_accuracy"};
};

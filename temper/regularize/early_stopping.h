#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"
#include "temper/core/keys.h"

namespace temper::regularize {

/// The metric by which evaluations are compared.
enum class StoppingMetric : std::uint8_t { validation_loss, validation_accuracy };

/// Training ends when the metric stops improving.
struct EarlyStopping {
  std::int64_t patience = 10;
  double minimum_improvement = 0;
  StoppingMetric measure = StoppingMetric::validation_loss;
  bool restore_best = true;

  [[nodiscard]] std::vector<Onset> onsets(const Horizon& run) const;

  static constexpr About about = {
      .summary =
          "Training ends after `patience` evaluations in a row without an improvement on the best "
          "one. For runs of a well-chosen length whose learning rate falls to zero, the literature "
          "recommends stronger regularization instead.",
      .formula =
          "improvement: loss < best - minimum_improvement, accuracy > best + minimum_improvement",
      .paper = "Prechelt 1998, Early stopping - but when?"};
  static constexpr auto fields() {
    return std::tuple{
        field(&EarlyStopping::patience,
              {.name = "patience",
               .meaning =
                   "number of evaluations in a row without an improvement after which the run ends",
               .unit = "epochs",
               .bounds = {.low = 1}}),
        field(
            &EarlyStopping::minimum_improvement,
            {.name = "minimum_improvement",
             .meaning = "smallest change of the metric that counts as an improvement, in its unit",
             .bounds = {.low = 0}}),
        field(&EarlyStopping::measure,
              {.name = "measure",
               .meaning = "metric that is monitored, of the averaged weights if there are any"}),
        field(&EarlyStopping::restore_best,
              {.name = "restore_best",
               .meaning = "restore the weights of the best evaluation at the end of the run"})};
  }
};

/// The state of early stopping. All of it belongs in a checkpoint.
struct EarlyStoppingState {
  bool seen = false;            ///< there was an evaluation, so `best` is valid
  double best = 0;              ///< the best value of the metric
  std::int64_t best_epoch = 0;  ///< of the best evaluation
  std::int64_t waited = 0;      ///< evaluations since the best one
  bool operator==(const EarlyStoppingState&) const = default;

  static constexpr auto keys() {
    return std::tuple{key("seen", &EarlyStoppingState::seen),
                      key("best", &EarlyStoppingState::best),
                      key("best_epoch", &EarlyStoppingState::best_epoch),
                      key("waited", &EarlyStoppingState::waited)};
  }
};

/// Records an evaluation. NaN is not an improvement.
/// @return whether it is the best so far
bool observe(const EarlyStopping& options, double value, std::int64_t epoch,
             EarlyStoppingState& memory);

/// Whether training should end now.
bool should_stop(const EarlyStopping& options, const EarlyStoppingState& memory);

}  // namespace temper::regularize

template <>
struct temper::EnumNames<temper::regularize::StoppingMetric> {
  static constexpr std::array<std::string_view, 2> value{"validation_loss", "validation_accuracy"};
  static constexpr std::string_view for_classes = "validation_accuracy";
};

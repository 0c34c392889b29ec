#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "temper/evaluate/assess.h"
#include "temper/measure/figures.h"
#include "temper/measure/values.h"
#include "temper/report/run.h"

namespace temper::report {

/// Measures of the test predictions, computed by the functions of measure/.
struct Analysis : measure::Metrics {
  at::Tensor confidence;                   ///< double [n]
  at::Tensor predicted;                    ///< int64 [n]
  std::optional<evaluate::Scaled> scaled;  ///< at the temperature fitted for the weights

  [[nodiscard]] std::int64_t confused(std::int64_t label, std::int64_t predicted_class) const {
    return confusion.const_data_ptr<std::int64_t>()[label * classes + predicted_class];
  }
};

/// Empty when there are no predictions or they can't be measured. The reason for that, or for not
/// using a saved temperature, is added to the run's problems.
std::optional<Analysis> analyze(Run& run);

/// The same for a regression run.
std::optional<measure::ValueMetrics> analyze_regression(Run& run);

/// An off-diagonal entry of the confusion matrix.
struct Confusion {
  std::int64_t label;
  std::int64_t predicted_class;
  std::int64_t count;
};

/// The confusions with a count above 0, most frequent first.
std::vector<Confusion> confusions(const Analysis& analysis);

/// Classes shown in the confusion matrix: all of them, in order, when there are at most `limit`;
/// otherwise those of the most frequent confusions, in order.
std::vector<std::int64_t> most_confused_classes(const Analysis& analysis, std::size_t limit);

}  // namespace temper::report

#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "temper/measure/figures.h"
#include "temper/measure/values.h"
#include "temper/report/run.h"
#include "temper/train/assess.h"

namespace temper::report {

/// What the test predictions say, by the functions of measure/.
struct Analysis : measure::Figures {
  at::Tensor confidence;                ///< double [n]
  at::Tensor predicted;                 ///< int64 [n]
  std::optional<train::Scaled> scaled;  ///< at the temperature that was fitted for the weights

  [[nodiscard]] std::int64_t confused(std::int64_t label, std::int64_t taken_for) const {
    return confusion.const_data_ptr<std::int64_t>()[label * classes + taken_for];
  }
};

/// Empty when there are no predictions or they can't be measured; why not, or why there is no
/// temperature although one was saved, is added to the run's problems.
std::optional<Analysis> analyse(Run& run);

/// The same of a run that learned values.
std::optional<measure::ValueFigures> analyse_values(Run& run);

/// An entry off the diagonal.
struct Confusion {
  std::int64_t label;
  std::int64_t taken_for;
  std::int64_t count;
};

/// The confusions that happened, most frequent first.
std::vector<Confusion> confusions(const Analysis& analysis);

/// Classes for a matrix that should stay readable: all of them, in order, when there are at most
/// `limit`; otherwise those of the most frequent confusions, in order.
std::vector<std::int64_t> most_confused_classes(const Analysis& analysis, std::size_t limit);

}  // namespace temper::report

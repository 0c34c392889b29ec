#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "temper/measure/calibration.h"
#include "temper/measure/confusion.h"
#include "temper/report/run.h"

namespace temper::report {

/// What the test predictions say, by the functions of measure/.
struct Analysis {
  std::int64_t images = 0;
  std::int64_t classes = 0;
  std::int64_t correct = 0;
  std::optional<std::int64_t> top5_correct;  ///< from ten classes on
  double nll = 0;
  at::Tensor confusion;  ///< int64 [c, c], rows = true class
  std::vector<measure::ClassCounts> counts;
  std::vector<measure::ReliabilityBin> bins;  ///< 15 of equal width
  double ece = 0;
  at::Tensor confidence;  ///< double [n]
  at::Tensor predicted;   ///< int64 [n]

  [[nodiscard]] std::int64_t confused(std::int64_t label, std::int64_t taken_for) const {
    return confusion.const_data_ptr<std::int64_t>()[label * classes + taken_for];
  }
};

/// Empty when there are no predictions or they can't be measured; why not is added to the run's
/// problems.
std::optional<Analysis> analyse(Run& run);

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

#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace temper::measure {

/// Confusion matrix: row = true class, column = predicted class (the largest logit; of equal ones
/// the lower class). Sums to n.
/// @param logits  floating [n, c], finite
/// @param labels  int64 [n], each in [0, c)
/// @return int64 [c, c] on the CPU. Throws as check() in inputs.h does
at::Tensor confusion_matrix(const at::Tensor& logits, const at::Tensor& labels);

/// Counts of one class.
struct ClassCounts {
  std::int64_t labelled = 0;   ///< images of the class
  std::int64_t predicted = 0;  ///< images predicted as the class
  std::int64_t correct = 0;    ///< both

  /// correct / labelled: fraction of the images of the class that are predicted as it. Empty
  /// without images.
  [[nodiscard]] std::optional<double> recall() const;
  /// correct / predicted: fraction of the images predicted as the class that belong to it. Empty if
  /// it is never predicted.
  [[nodiscard]] std::optional<double> precision() const;
};

/// One entry per class.
/// @param confusion  int64 [c, c], from confusion_matrix()
std::vector<ClassCounts> class_counts(const at::Tensor& confusion);

}  // namespace temper::measure

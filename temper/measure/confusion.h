#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace temper::measure {

/// Counts of what was taken for what: row = true class, column = predicted class (the largest
/// logit; the lower class of equal ones). Sums to n.
/// @param logits  floating [n, c], finite
/// @param labels  int64 [n], each in [0, c)
/// @return int64 [c, c] on the CPU. Throws as check() in inputs.h does
at::Tensor confusion_matrix(const at::Tensor& logits, const at::Tensor& labels);

/// How one class fared.
struct ClassCounts {
  std::int64_t labelled = 0;   ///< images of the class
  std::int64_t predicted = 0;  ///< images taken for the class
  std::int64_t correct = 0;    ///< both

  /// correct / labelled: of the images of the class, the part that was found. Empty without images.
  [[nodiscard]] std::optional<double> recall() const;
  /// correct / predicted: of the images taken for the class, the part that was of it. Empty when it
  /// was never predicted.
  [[nodiscard]] std::optional<double> precision() const;
};

/// One entry a class.
/// @param confusion  int64 [c, c], as confusion_matrix gives it
std::vector<ClassCounts> class_counts(const at::Tensor& confusion);

}  // namespace temper::measure

#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string_view>

#include "temper/core/fields.h"

namespace temper::measure {

/// What is averaged over the views of an image.
enum class ViewAverage : std::uint8_t {
  probabilities,  ///< softmax of the logits
  outputs,        ///< the network's outputs: logits, or the predictions of regression targets
};

/// A weighted mean over predictions for several views of the same images, in double precision. View
/// by view, so that the memory does not grow with their number.
class ViewMean {
 public:
  explicit ViewMean(ViewAverage what) : what_(what) {}

  /// @param outputs  floating [n, c], the same size for every view
  /// @param weight   > 0; the weights of all views should add up to 1
  void add(const at::Tensor& outputs, double weight);

  /// float [n, c]; of probabilities the logarithm of their mean, which are logits with these
  /// probabilities.
  [[nodiscard]] at::Tensor result() const;

 private:
  ViewAverage what_;
  at::Tensor sum_;  ///< of probabilities the logarithm of the sum
};

}  // namespace temper::measure

template <>
struct temper::EnumNames<temper::measure::ViewAverage> {
  static constexpr std::array<std::string_view, 2> value{"probabilities", "outputs"};
};

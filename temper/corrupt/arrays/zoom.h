#pragma once
#include <vector>

#include "temper/corrupt/arrays/samples.h"

namespace temper::corrupt {

/// Enlarges the middle of an image: its ceil(size / factor) pixels, resized linearly as
/// scipy.ndimage.zoom(order=1) does, corner to corner. Memory is reused.
class Zoom {
 public:
  /// @param factor    >= 1
  /// @param to_float  results are rounded to float, as for a float32 array
  /// @param to        at least as large as `from`: rounding may add a row or a column
  void operator()(const Samples& from, double factor, bool to_float, Samples& to);

 private:
  /// Where the pixels of a row (or column) of the result come from.
  struct Axis {
    std::vector<int> first;  ///< of two neighbors, in `from`
    std::vector<int> second;
    std::vector<double> weight;  ///< of the second
    std::vector<char> outside;   ///< by rounding beyond the last pixel: the result is 0

    void prepare(int length, double factor);
    [[nodiscard]] int size() const { return static_cast<int>(first.size()); }
  };

  Axis rows_;
  Axis columns_;
};

/// The window of that size of larger samples.
void cut(const Samples& from, int top, int left, int height, int width, Samples& to);

}  // namespace temper::corrupt

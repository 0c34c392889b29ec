#pragma once
#include <cstdint>
#include <vector>

#include "temper/corrupt/arrays/samples.h"

namespace temper::corrupt {

/// What lies beyond the ends of a row or column: copies of the last sample, or its mirror image
/// with the last sample repeated (SciPy's modes).
enum class Edge : std::uint8_t { nearest, reflect };

struct GaussianOptions {
  double sigma_y = 0;  ///< standard deviation along columns, in pixels; 0: no filter
  double sigma_x = 0;  ///< along rows
  Edge edge = Edge::nearest;
  double truncate = 4;    ///< the kernel reaches int(truncate * sigma + 0.5) pixels to either side
  bool to_float = false;  ///< each pass is rounded to float, as for a float32 array

  static GaussianOptions round(double sigma) { return {.sigma_y = sigma, .sigma_x = sigma}; }
};

/// scipy.ndimage.gaussian_filter, and skimage.filters.gaussian, which calls it: first along
/// columns, then along rows, in double precision and SciPy's order of summation. Memory is reused.
class GaussianFilter {
 public:
  void operator()(Samples& samples, const GaussianOptions& options);

 private:
  void prepare(double sigma, double truncate);
  void columns(const Samples& from, Samples& to, Edge edge);
  void rows(const Samples& from, Samples& to, Edge edge);

  std::vector<double> weights_;  ///< of the middle sample and those on one side of it
  std::vector<double> kernel_;
  std::vector<double> line_;  ///< a row with what lies beyond its ends
  Samples between_;
};

}  // namespace temper::corrupt

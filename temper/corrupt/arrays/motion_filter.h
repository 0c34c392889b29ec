#pragma once
#include <vector>

#include "temper/corrupt/arrays/samples.h"

namespace temper::corrupt {

/// The blur of a motion: a mean over 2 * radius + 1 pixels in one direction, with the weights of
/// one half of a Gaussian; beyond the image lie copies of its outermost pixels.
struct Motion {
  int radius = 0;
  double sigma = 0;
  double degrees = 0;  ///< 0: from the right; 90: from below
  /// Stops where the motion leaves the image, so that small images become darker: as
  /// imagecorruptions does it, and ImageMagick does not.
  bool stops_outside = false;
};

/// ImageMagick's MotionBlurImage, without its rounding. Memory is reused.
class MotionFilter {
 public:
  void operator()(const Samples& from, const Motion& motion, Samples& to);

 private:
  Samples wide_;  ///< with copies of the outermost columns
  std::vector<double> weights_;
};

}  // namespace temper::corrupt

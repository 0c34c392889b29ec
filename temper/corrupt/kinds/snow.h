#pragma once
#include "temper/corrupt/arrays/draws.h"
#include "temper/corrupt/arrays/workspace.h"

namespace temper::corrupt {

struct Snow {
  double mean = 0;  ///< of the normal noise that becomes flakes
  double deviation = 0;
  double zoom = 1;
  double threshold = 0;  ///< flakes are where the noise is at least that
  int radius = 0;        ///< of the blur of their motion
  double sigma = 0;
  double keep = 1;  ///< weight of the image; the rest is a brighter version of it
};

/// Snowflakes that fall at an angle, in front of a paler image.
/// @param original  flakes are 8-bit pixels in the motion blur, and cut from the middle of the
/// zoomed
///                  noise, as in the original; else as in imagecorruptions
void snow(io::Image& image, const Snow& snow, bool original, Draws& draws, Workspace& memory);

}  // namespace temper::corrupt

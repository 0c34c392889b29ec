#pragma once
#include "temper/corrupt/arrays/draws.h"
#include "temper/corrupt/arrays/workspace.h"

namespace temper::corrupt {

struct Spatter {
  double mean = 0;  ///< of the normal noise that becomes drops
  double deviation = 0;
  double sigma = 0;      ///< of the Gaussian that makes drops of it
  double threshold = 0;  ///< drops are where it is at least that
  double strength = 0;   ///< water: weight of the color; mud: sigma of the Gaussian that softens it
  bool mud = false;
};

/// Drops of water (pale turquoise, bright at their edges) or of mud (brown) on the lens. Images
/// without any drop stay as they are but for rounding.
void spatter(io::Image& image, const Spatter& spatter, Draws& draws, Workspace& memory);

}  // namespace temper::corrupt

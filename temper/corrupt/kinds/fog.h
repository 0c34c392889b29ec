#pragma once
#include "temper/corrupt/arrays/draws.h"
#include "temper/corrupt/arrays/workspace.h"

namespace temper::corrupt {

struct Fog {
  double strength = 0;
  double decay = 0;  ///< of the plasma fractal; larger: smoother
};

/// Adds a plasma fractal, and scales such that the brightest sample keeps its value at most.
void fog(io::Image& image, const Fog& fog, Draws& draws, Workspace& memory);

}  // namespace temper::corrupt

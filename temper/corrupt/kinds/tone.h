#pragma once
#include "temper/corrupt/arrays/workspace.h"

/// Brightness, contrast and saturation. Pixels are in [0, 1].
namespace temper::corrupt {

/// Adds to the value of HSV; for gray to the pixels.
void brightness(io::Image& image, double add, Workspace& memory);

/// Moves the pixels to the mean of their channel.
/// @param factor  1: unchanged; 0: the mean
void contrast(io::Image& image, double factor, Workspace& memory);

struct Saturation {
  double factor = 1;
  double add = 0;
};

/// Changes the saturation of HSV. Gray pixels of an RGB image become reddish where something is
/// added, as in the published code; gray images stay as they are.
void saturate(io::Image& image, const Saturation& saturation, Workspace& memory);

}  // namespace temper::corrupt

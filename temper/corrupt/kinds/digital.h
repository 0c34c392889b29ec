#pragma once
#include "temper/corrupt/arrays/workspace.h"

/// What digital processing does.
namespace temper::corrupt {

/// Shrinks to int(size * scale), at least 1 pixel, with a box filter, and enlarges again.
/// @param nearest  enlarges to the nearest pixel (imagecorruptions); else with a box filter, which
///                 gives the same except where a pixel's center lies on an edge (the original)
void pixelate(io::Image& image, double scale, bool nearest, Workspace& memory);

/// Encodes with libjpeg at that quality, with 4:2:0 chroma subsampling, and decodes.
void jpeg_compression(io::Image& image, int quality);

}  // namespace temper::corrupt

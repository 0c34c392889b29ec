#pragma once
#include "temper/corrupt/arrays/draws.h"
#include "temper/corrupt/arrays/workspace.h"

/// Blurs.
namespace temper::corrupt {

/// A Gaussian with copies of the outermost pixels beyond the image.
void gaussian_blur(io::Image& image, double sigma, Workspace& memory);

struct Glass {
  double sigma = 0;  ///< of the Gaussians before and after
  int distance = 0;  ///< at most that far away, in pixels
  int iterations = 0;
};

/// As through frosted glass: a Gaussian, then each pixel from the bottom right to the top left is
/// replaced by one near it, then a Gaussian again. (The published code means to exchange two
/// pixels, but copies one onto the other, because NumPy's indexing returns views.)
void glass_blur(io::Image& image, const Glass& glass, Draws& draws, Workspace& memory);

struct Disk {
  double radius = 0;
  double sigma = 0;  ///< of a small Gaussian that softens the disk's edge
};

/// Out of focus: the mean over a disk.
void defocus_blur(io::Image& image, const Disk& disk, Workspace& memory);

/// Of a motion in the horizontal direction or up to 45 degrees off it, at random.
/// @param rounds  results are rounded (ImageMagick), not truncated, and the motion does not stop
///                outside the image
void motion_blur(io::Image& image, int radius, double sigma, bool rounds, Draws& draws,
                 Workspace& memory);

/// Zoom factors from 1 to below `end` in steps.
struct Zooms {
  double end = 0;
  double step = 0;
};

/// Of a motion towards the camera: the mean of the image and its enlargements.
/// @param centered  enlargements that are a pixel too large lose pixels on all sides (the
/// original),
///                  not below and on the right (imagecorruptions)
void zoom_blur(io::Image& image, const Zooms& zooms, bool centered, Workspace& memory);

}  // namespace temper::corrupt

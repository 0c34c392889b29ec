#pragma once
#include "temper/corrupt/arrays/draws.h"
#include "temper/corrupt/arrays/workspace.h"

/// Noise, independent for every sample. Pixels x are in [0, 1]; results are clipped to that.
namespace temper::corrupt {

/// x + N(0, scale^2)
void gaussian_noise(io::Image& image, double scale, Draws& draws);

/// Poisson(x * photons) / photons: the noise of few photons.
void shot_noise(io::Image& image, double photons, Draws& draws);

/// A part of the samples becomes 0 or 1, half of them each (salt and pepper), channels one by one.
void impulse_noise(io::Image& image, double amount, Draws& draws, Workspace& memory);

/// x + x * N(0, scale^2)
void speckle_noise(io::Image& image, double scale, Draws& draws);

}  // namespace temper::corrupt

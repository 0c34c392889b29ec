#pragma once
#include "temper/corrupt/arrays/draws.h"
#include "temper/corrupt/arrays/samples.h"

namespace temper::corrupt {

/// A plasma fractal: a square map of one channel with values from 0 to 1, made by the
/// diamond-square algorithm, periodic at its edges.
/// @param size   a power of two, at least 2
/// @param decay  of the noise from each scale to the half of it; smaller values give rougher maps
void plasma(int size, double decay, Draws& draws, Samples& map);

/// The smallest power of two that is not below n.
int power_of_two(int n);

}  // namespace temper::corrupt

#pragma once
#include <array>
#include <cstdint>

#include "temper/augment/pixels/normalisation.h"
#include "temper/data/sources/source.h"
#include "temper/io/image/image.h"

namespace temper::data {

/// Number of occurrences of each pixel value in each channel; exact for any number of pixels.
using Histogram = std::array<std::array<std::uint64_t, 256>, 3>;

void add(Histogram& histogram, const io::Pixels& pixels);

/// Mean and standard deviation of each channel, for pixel values scaled to [0, 1]. The standard
/// deviation is at least 1/255.
augment::Normalisation normalisation_of(const Histogram& histogram, int channels);

/// Mean and standard deviation of each channel over the pixels of the source, or of `images` evenly
/// spaced images where it has more.
/// @param skip_bad  leave out images that can't be read, which otherwise throw UnreadableImage
augment::Normalisation measure_normalisation(const Source& source, std::int64_t images = 10'000,
                                             bool skip_bad = false);

/// The normalization that the data set has, otherwise that of its training set.
augment::Normalisation normalisation_of(const Dataset& dataset, bool skip_bad = false);

}  // namespace temper::data

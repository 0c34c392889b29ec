#pragma once
#include <array>
#include <cstdint>

#include "temper/augment/normalisation.h"
#include "temper/data/source.h"
#include "temper/io/image.h"

namespace temper::data {

/// Of ImageNet's training set, which pretrained networks expect; for grey its three channels' mean.
augment::Normalisation imagenet_normalisation(int channels);

/// How often each value occurs in each channel: exact, whatever the number of pixels.
using Histogram = std::array<std::array<std::uint64_t, 256>, 3>;

void add(Histogram& histogram, const io::Pixels& pixels);

/// Mean and standard deviation of each channel, of values in [0, 1]. The deviation of one colour
/// only is 1/255.
augment::Normalisation normalisation_of(const Histogram& histogram, int channels);

/// Mean and standard deviation of each channel over the pixels of the source, or of `images` of its
/// images at equal distances where there are more.
/// @param skip_bad  leave out images that can't be read
augment::Normalisation measure_normalisation(const Source& source, std::int64_t images = 10'000,
                                             bool skip_bad = false);

/// What the data set brings, else what its training set measures.
augment::Normalisation normalisation_of(const Dataset& dataset, bool skip_bad = false);

}  // namespace temper::data

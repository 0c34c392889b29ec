#pragma once
#include <cstdint>

#include "temper/augment/normalisation.h"
#include "temper/data/source.h"

namespace temper::data {

/// Of ImageNet's training set, which pretrained networks expect; for grey its three channels' mean.
augment::Normalisation imagenet_normalisation(int channels);

/// Mean and standard deviation of each channel over the pixels of the source, or of `images` of its
/// images at equal distances where there are more.
augment::Normalisation measure_normalisation(const Source& source, std::int64_t images = 10'000);

/// What the data set brings, else what its training set measures.
augment::Normalisation normalisation_of(const Dataset& dataset);

}  // namespace temper::data

#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

#include "temper/augment/normalisation.h"
#include "temper/io/image.h"

namespace temper::train {

/// The images of a batch in a grid, row by row in the given order, as the network received them but
/// with the normalization undone. Small images are enlarged; images that do not fit into 64 million
/// pixels are left out.
/// @param images  float [n, channels, height, width] on the CPU, normalized
/// @param rows    of the batch, in the order of the sheet; at least one
io::Image contact_sheet(const at::Tensor& images, const augment::Normalisation& normalisation,
                        std::span<const std::int64_t> rows);

}  // namespace temper::train

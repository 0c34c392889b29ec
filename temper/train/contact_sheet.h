#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

#include "temper/augment/normalisation.h"
#include "temper/io/image.h"

namespace temper::train {

/// Pictures of a batch side by side, row by row in the given order, as the network saw them but
/// with the normalisation taken back. Small pictures are enlarged; what does not fit into 64
/// million pixels is left out.
/// @param images  float [n, channels, height, width] on the CPU, normalised
/// @param rows    of the batch, in the order of the sheet; at least one
io::Image contact_sheet(const at::Tensor& images, const augment::Normalisation& normalisation,
                        std::span<const std::int64_t> rows);

}  // namespace temper::train

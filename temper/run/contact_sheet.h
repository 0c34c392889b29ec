#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

#include "temper/io/image/image.h"

namespace temper::run {

/// The images of a batch in a grid, row by row in the given order. Small images are enlarged;
/// images that do not fit into 64 million pixels are left out.
/// @param images  float [n, channels, height, width] in [0, 1], on the CPU
/// @param rows    of the batch, in the order of the sheet; at least one
io::Image contact_sheet(const at::Tensor& images, std::span<const std::int64_t> rows);

}  // namespace temper::run

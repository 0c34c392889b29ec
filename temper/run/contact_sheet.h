#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

#include "temper/augment/pixels/box.h"
#include "temper/io/image/image.h"

namespace temper::run {

/// Where the images of a contact sheet are.
struct SheetGrid {
  std::int64_t columns = 0;
  std::int64_t rows = 0;
  std::int64_t scale = 1;  ///< pixels of the sheet per pixel of an image, in each direction
  augment::Size image;     ///< of one image on the sheet

  /// The number of images that fit; the others are left out.
  [[nodiscard]] std::int64_t cells() const { return rows * columns; }
  /// The pixels of image i, row by row, in [0, cells()).
  [[nodiscard]] augment::Box cell(std::int64_t i) const;
};

/// @param images  their number, >= 1
/// @param size    of each of them
SheetGrid sheet_grid(std::int64_t images, augment::Size size);

/// The images of a batch in a grid, row by row in the given order. Small images are enlarged;
/// images that do not fit into 64 million pixels are left out.
/// @param images  float [n, channels, height, width] in [0, 1], on the CPU
/// @param rows    of the batch, in the order of the sheet; at least one
io::Image contact_sheet(const at::Tensor& images, std::span<const std::int64_t> rows);

}  // namespace temper::run

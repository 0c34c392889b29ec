#include "temper/run/contact_sheet.h"

#include <algorithm>
#include <cmath>

namespace temper::run {
namespace {

constexpr std::int64_t kMaxPixels = std::int64_t{1} << 26;
constexpr std::int64_t kGap = 2;
constexpr std::int64_t kLeastSide = 64;
constexpr std::uint8_t kBackground = 255;

struct Grid {
  std::int64_t columns;
  std::int64_t rows;
  std::int64_t scale;   ///< pixels of the sheet per pixel of an image, in each direction
  std::int64_t height;  ///< of a cell, including its gap
  std::int64_t width;
};

Grid grid_for(std::int64_t pictures, std::int64_t height, std::int64_t width) {
  const auto scale = std::max<std::int64_t>(1, kLeastSide / std::max(height, width));
  const auto cell_height = height * scale + kGap;
  const auto cell_width = width * scale + kGap;
  const auto fitting =
      std::clamp<std::int64_t>(kMaxPixels / (cell_height * cell_width), 1, pictures);
  const auto columns =
      static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(fitting))));
  return {columns, (fitting + columns - 1) / columns, scale, cell_height, cell_width};
}

std::uint8_t sample(float value) {
  return static_cast<std::uint8_t>(std::clamp(std::lround(value * 255), 0L, 255L));
}

}  // namespace

io::Image contact_sheet(const at::Tensor& images, std::span<const std::int64_t> rows) {
  const auto channels = images.size(1);
  const auto grid = grid_for(std::ssize(rows), images.size(2), images.size(3));
  io::Image sheet{static_cast<int>(grid.rows * grid.height + kGap),
                  static_cast<int>(grid.columns * grid.width + kGap),
                  static_cast<int>(channels),
                  {}};
  sheet.pixels.assign(sheet.size(), kBackground);
  const auto values = images.accessor<float, 4>();
  const auto shown = std::min<std::int64_t>(std::ssize(rows), grid.rows * grid.columns);
  for (std::int64_t i = 0; i < shown; ++i) {
    const auto top = kGap + i / grid.columns * grid.height;
    const auto left = kGap + i % grid.columns * grid.width;
    for (std::int64_t y = 0; y < images.size(2) * grid.scale; ++y)
      for (std::int64_t x = 0; x < images.size(3) * grid.scale; ++x)
        for (std::int64_t c = 0; c < channels; ++c) {
          const auto at = ((top + y) * sheet.width + left + x) * channels + c;
          sheet.pixels[static_cast<std::size_t>(at)] =
              sample(values[rows[static_cast<std::size_t>(i)]][c][y / grid.scale][x / grid.scale]);
        }
  }
  return sheet;
}

}  // namespace temper::run

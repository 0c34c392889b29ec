#include "temper/run/contact_sheet.h"

#include <algorithm>
#include <cmath>

namespace temper::run {
namespace {

constexpr std::int64_t kMaxPixels = std::int64_t{1} << 26;
constexpr std::int64_t kGap = 2;
constexpr std::int64_t kLeastSide = 64;
constexpr std::uint8_t kBackground = 255;

std::uint8_t sample(float value) {
  return static_cast<std::uint8_t>(std::clamp(std::lround(value * 255), 0L, 255L));
}

}  // namespace

augment::Box SheetGrid::cell(std::int64_t i) const {
  return {kGap + i / columns * (image.height + kGap), kGap + i % columns * (image.width + kGap),
          image.height, image.width};
}

SheetGrid sheet_grid(std::int64_t images, augment::Size size) {
  const auto scale = std::max<std::int64_t>(1, kLeastSide / std::max(size.height, size.width));
  const augment::Size image{size.height * scale, size.width * scale};
  const auto fitting = std::clamp<std::int64_t>(
      kMaxPixels / ((image.height + kGap) * (image.width + kGap)), 1, images);
  const auto columns =
      static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(fitting))));
  return {columns, (fitting + columns - 1) / columns, scale, image};
}

io::Image contact_sheet(const at::Tensor& images, std::span<const std::int64_t> rows) {
  const auto channels = images.size(1);
  const auto grid = sheet_grid(std::ssize(rows), {images.size(2), images.size(3)});
  const auto last = grid.cell(grid.cells() - 1);
  io::Image sheet{static_cast<int>(last.top + last.height + kGap),
                  static_cast<int>(last.left + last.width + kGap),
                  static_cast<int>(channels),
                  {}};
  sheet.pixels.assign(sheet.size(), kBackground);
  const auto values = images.accessor<float, 4>();
  const auto shown = std::min<std::int64_t>(std::ssize(rows), grid.cells());
  for (std::int64_t i = 0; i < shown; ++i) {
    const auto [top, left, height, width] = grid.cell(i);
    for (std::int64_t y = 0; y < height; ++y)
      for (std::int64_t x = 0; x < width; ++x)
        for (std::int64_t c = 0; c < channels; ++c) {
          const auto at = ((top + y) * sheet.width + left + x) * channels + c;
          sheet.pixels[static_cast<std::size_t>(at)] =
              sample(values[rows[static_cast<std::size_t>(i)]][c][y / grid.scale][x / grid.scale]);
        }
  }
  return sheet;
}

}  // namespace temper::run

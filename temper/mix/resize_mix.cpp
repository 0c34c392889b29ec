#include "temper/mix/resize_mix.h"

#include <algorithm>

namespace temper::mix {
namespace {

std::int64_t place(std::int64_t length, std::int64_t side, Random& random) {
  return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(length - side + 1)));
}

}  // namespace

Blend blend(const ResizeMix& options, const ImageSize& size, std::int64_t /*most*/,
            Random& random) {
  const auto [low, high] = std::minmax(options.scale_low, options.scale_high);
  const double scale = random.uniform(low, high);
  const auto height = static_cast<std::int64_t>(scale * static_cast<double>(size.height));
  const auto width = static_cast<std::int64_t>(scale * static_cast<double>(size.width));
  const auto top = place(size.height, height, random);
  const auto left = place(size.width, width, random);
  return replaced({.top = top, .left = left, .bottom = top + height, .right = left + width}, size,
                  /*resized=*/true);
}

}  // namespace temper::mix

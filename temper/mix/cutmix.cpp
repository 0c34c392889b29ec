#include "temper/mix/cutmix.h"

#include <algorithm>
#include <cmath>

#include "temper/core/dirichlet.h"

namespace temper::mix {
namespace {

/// The pixels [first, second) of an axis.
struct Extent {
  std::int64_t first = 0;
  std::int64_t second = 0;
};

Extent extent(CutMixDialect dialect, double ratio, std::int64_t length, std::int64_t centre) {
  const auto side = static_cast<std::int64_t>(static_cast<double>(length) * ratio);
  auto before = side / 2;
  auto after = side / 2;
  if (dialect == CutMixDialect::timm) after = (side + 1) / 2;
  if (dialect == CutMixDialect::torchvision)
    before = after = static_cast<std::int64_t>(0.5 * ratio * static_cast<double>(length));
  return {std::max<std::int64_t>(centre - before, 0), std::min(centre + after, length)};
}

}  // namespace

Box cutmix_box(CutMixDialect dialect, double lambda, const ImageSize& size, const Centre& centre) {
  const double ratio = std::sqrt(1 - lambda);
  const auto [top, bottom] = extent(dialect, ratio, size.height, centre.y);
  const auto [left, right] = extent(dialect, ratio, size.width, centre.x);
  return {.top = top, .left = left, .bottom = bottom, .right = right};
}

Blend blend(const CutMix& options, const ImageSize& size, std::int64_t /*most*/, Random& random) {
  const double lambda = beta(random, options.alpha);
  const auto y = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(size.height)));
  const auto x = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(size.width)));
  return replaced(cutmix_box(options.dialect, lambda, size, {.y = y, .x = x}), size,
                  /*resized=*/false);
}

}  // namespace temper::mix

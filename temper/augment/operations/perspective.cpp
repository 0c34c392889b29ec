#include "temper/augment/operations/perspective.h"

#include <algorithm>
#include <cmath>

#include "temper/augment/operations/checks.h"

namespace temper::augment {

void RandomPerspective::check() const {
  check_can_warp(kind, interpolation);
}

Corners corners_of(Size image) {
  const auto right = static_cast<double>(image.width - 1);
  const auto bottom = static_cast<double>(image.height - 1);
  return {{{0, 0}, {right, 0}, {right, bottom}, {0, bottom}}};
}

Corners random_corners(double distortion_scale, Size image, Random& random) {
  const auto inwards = [&](std::int64_t length) {
    const std::int64_t half = length / 2;
    const auto most = static_cast<std::uint64_t>(distortion_scale * static_cast<double>(half));
    return static_cast<double>(random.below(most + 1));
  };
  Corners corners = corners_of(image);
  for (auto& corner : corners) {
    const double x = inwards(image.width), y = inwards(image.height);
    corner.x += corner.x > 0 ? -x : x;
    corner.y += corner.y > 0 ? -y : y;
  }
  return corners;
}

void apply(const RandomPerspective& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  const Corners start = corners_of(frame.size());
  const Corners end = random_corners(options.distortion_scale, frame.size(), random);
  const auto inverse = perspective(start, end);
  if (end == start || !inverse) return;
  frame.warp(*inverse, options.interpolation, Fill::all(options.fill));
  double farthest = 0;
  for (std::size_t k = 0; k < 4; ++k)
    farthest = std::max(farthest, std::hypot(end[k].x - start[k].x, end[k].y - start[k].y));
  frame.note("perspective", farthest, "pixels");
}

}  // namespace temper::augment

#include "temper/augment/operations/zoom.h"

#include "temper/augment/operations/checks.h"

namespace temper::augment {

void Zoom::check() const {
  check_range(kind, "scale", scale_low, scale_high);
  check_can_warp(kind, interpolation);
}

void apply(const Zoom& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  const double scale = random.uniform(options.scale_low, options.scale_high);
  frame.warp(affine({.scale = scale}, frame.size()), options.interpolation,
             Fill::all(options.fill));
  frame.note("zoom", scale, "factor");
}

}  // namespace temper::augment

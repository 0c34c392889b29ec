#include "temper/augment/operations/shear.h"

#include "temper/augment/operations/checks.h"

namespace temper::augment {

void Shear::check() const {
  check_range(kind, "x", x_low, x_high);
  check_range(kind, "y", y_low, y_high);
  check_can_warp(kind, interpolation);
}

void apply(const Shear& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  const double x = random.uniform(options.x_low, options.x_high);
  const double y = random.uniform(options.y_low, options.y_high);
  frame.warp(affine({.shear_x = x, .shear_y = y}, frame.size()), options.interpolation,
             Fill::all(options.fill));
  frame.note("shear_x", x, "degrees");
  frame.note("shear_y", y, "degrees");
}

}  // namespace temper::augment

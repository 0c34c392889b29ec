#include "temper/augment/operations/rotate.h"

#include "temper/augment/operations/checks.h"

namespace temper::augment {

void Rotate::check() const {
  check_range(kind, "degrees", degrees_low, degrees_high);
  check_can_warp(kind, interpolation);
}

void apply(const Rotate& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  const double degrees = random.uniform(options.degrees_low, options.degrees_high);
  frame.rotate(degrees, options.interpolation, Fill::all(options.fill));
  frame.note("rotate", degrees, "degrees");
}

}  // namespace temper::augment

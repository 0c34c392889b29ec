#include "temper/augment/operations/affine.h"

#include "temper/augment/operations/checks.h"
#include "temper/augment/operations/translate.h"
#include "temper/augment/pixels/warp.h"

namespace temper::augment {

void RandomAffine::check() const {
  check_range(kind, "degrees", degrees_low, degrees_high);
  check_range(kind, "scale", scale_low, scale_high);
  check_range(kind, "shear_x", shear_x_low, shear_x_high);
  check_range(kind, "shear_y", shear_y_low, shear_y_high);
  check_can_warp(kind, interpolation);
}

void apply(const RandomAffine& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  const Size size = frame.size();
  AffineParts parts;
  parts.degrees = random.uniform(options.degrees_low, options.degrees_high);
  parts.right = random_shift(options.translate_x, size.width, random);
  parts.down = random_shift(options.translate_y, size.height, random);
  parts.scale = random.uniform(options.scale_low, options.scale_high);
  parts.shear_x = random.uniform(options.shear_x_low, options.shear_x_high);
  parts.shear_y = random.uniform(options.shear_y_low, options.shear_y_high);
  frame.warp(affine(parts, size), options.interpolation, Fill::all(options.fill));
  frame.note("rotate", 0 - parts.degrees, "degrees");
  frame.note("translate_x", parts.right, "pixels");
  frame.note("translate_y", parts.down, "pixels");
  frame.note("zoom", parts.scale, "factor");
  frame.note("shear_x", parts.shear_x, "degrees");
  frame.note("shear_y", parts.shear_y, "degrees");
}

}  // namespace temper::augment

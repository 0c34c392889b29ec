#include "temper/augment/operations/invert.h"

#include "temper/augment/pixels/color.h"

namespace temper::augment {

void apply(const Invert& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  frame.edit([](io::Image& image) { invert(image); });
  frame.note(Invert::kind);
}

}  // namespace temper::augment

#include "temper/augment/operations/equalize.h"

#include "temper/augment/pixels/color.h"

namespace temper::augment {

void apply(const Equalize& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  frame.edit([](io::Image& image) { equalize(image); });
  frame.note(Equalize::kind);
}

}  // namespace temper::augment

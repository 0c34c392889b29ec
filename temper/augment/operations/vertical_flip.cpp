#include "temper/augment/operations/vertical_flip.h"

namespace temper::augment {

void apply(const VerticalFlip& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  frame.flip_vertically();
  frame.note("vertical_flip");
}

}  // namespace temper::augment

#include "temper/augment/operations/flip.h"

namespace temper::augment {

void apply(const Flip& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  frame.flip();
  frame.note("flip");
}

}  // namespace temper::augment

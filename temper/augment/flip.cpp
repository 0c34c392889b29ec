#include "temper/augment/flip.h"

namespace temper::augment {

void apply(const Flip& options, Frame& frame, Random& random) {
  if (random.chance(options.p)) frame.flip();
}

}  // namespace temper::augment

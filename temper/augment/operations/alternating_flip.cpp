#include "temper/augment/operations/alternating_flip.h"

namespace temper::augment {

void apply(const AlternatingFlip& /*options*/, Frame& frame, Random& random, Epoch epoch) {
  const bool starts_flipped = random.chance(0.5);
  if (starts_flipped == (epoch.number % 2 == 1)) return;
  frame.flip();
  frame.note("flip");
}

}  // namespace temper::augment

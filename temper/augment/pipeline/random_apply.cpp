#include "temper/augment/pipeline/random_apply.h"

#include "temper/augment/pipeline/applier.h"

namespace temper::augment {

void apply(const RandomApply& options, Frame& /*frame*/, Random& random, const Applier& nested) {
  if (random.chance(options.p)) nested(options.operations);
}

}  // namespace temper::augment

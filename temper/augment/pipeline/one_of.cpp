#include "temper/augment/pipeline/one_of.h"

#include "temper/augment/pipeline/applier.h"

namespace temper::augment {

void apply(const OneOf& options, Frame& /*frame*/, Random& random, const Applier& nested) {
  nested.one(options.operations, draw_one(options.operations.size(), options.weights, {}, random));
}

}  // namespace temper::augment

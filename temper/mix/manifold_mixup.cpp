#include "temper/mix/manifold_mixup.h"

#include "temper/core/dirichlet.h"

namespace temper::mix {

Blend blend(const ManifoldMixup& options, const ImageSize& /*size*/, std::int64_t /*most*/,
            Random& random) {
  const double lambda = beta(random, options.alpha);
  if (options.stages.empty()) return {.weights = {lambda, 1 - lambda}};
  return {.weights = {lambda, 1 - lambda},
          .stage = options.stages[random.below(options.stages.size())]};
}

}  // namespace temper::mix

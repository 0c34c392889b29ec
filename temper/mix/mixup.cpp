#include "temper/mix/mixup.h"

#include <algorithm>
#include <functional>

#include "temper/core/dirichlet.h"

namespace temper::mix {

Blend blend(const Mixup& options, const ImageSize& /*size*/, std::int64_t most, Random& random) {
  Blend blend;
  blend.weights.resize(static_cast<std::size_t>(std::min(options.images, most)));
  dirichlet(random, options.alpha, blend.weights);
  if (options.fold) std::ranges::sort(blend.weights, std::greater<>());
  return blend;
}

}  // namespace temper::mix

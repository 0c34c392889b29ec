#include "temper/mix/zeta_mixup.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace temper::mix {

Blend blend(const ZetaMixup& options, const ImageSize& /*size*/, std::int64_t most,
            Random& /*random*/) {
  const auto images = options.images == 0 ? most : std::min(options.images, most);
  Blend blend;
  blend.weights.clear();
  for (std::int64_t m = 1; m <= images; ++m)
    blend.weights.push_back(std::pow(static_cast<double>(m), -options.gamma));
  const double sum = std::accumulate(blend.weights.begin(), blend.weights.end(), 0.0);
  for (auto& weight : blend.weights) weight /= sum;
  return blend;
}

}  // namespace temper::mix

#include "temper/regularize/dropout.h"

#include <cmath>
#include <vector>

#include "temper/regularize/rows.h"

namespace temper::regularize {

at::Tensor noise(const Dropout& options, const at::Tensor& x, const Address& address) {
  return draw_mask({x.sizes(), x}, rows_of(x.sizes(), address), options.rate,
                   1 / (1 - options.rate));
}

at::Tensor noise(const SpatialDropout& options, const at::Tensor& x, const Address& address) {
  auto sizes = x.sizes().vec();
  for (std::size_t i = 2; i < sizes.size(); ++i) sizes[i] = 1;
  return draw_mask({sizes, x}, rows_of(sizes, address), options.rate, 1 / (1 - options.rate));
}

at::Tensor noise(const GaussianDropout& options, const at::Tensor& x, const Address& address) {
  return draw_normal({x.sizes(), x}, rows_of(x.sizes(), address), 1,
                     std::sqrt(options.rate / (1 - options.rate)));
}

}  // namespace temper::regularize

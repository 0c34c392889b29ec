#include "temper/regularize/stochastic_depth.h"

#include <vector>

#include "temper/regularize/rows.h"

namespace temper::regularize {

bool drops_batch(double rate, const Address& address) {
  return uniform_for_batch(address) < rate;
}

double branch_scale(DepthScaling scaling, double rate, bool training) {
  if (scaling == DepthScaling::test) return training ? 1 : 1 - rate;
  return training ? 1 / (1 - rate) : 1;
}

at::Tensor sample_noise(const at::Tensor& branch, DepthScaling scaling, double rate,
                        const Address& address) {
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(branch.dim()), 1);
  sizes[0] = branch.size(0);
  return draw_mask({sizes, branch}, rows_of(sizes, address), rate,
                   branch_scale(scaling, rate, /*training=*/true));
}

}  // namespace temper::regularize

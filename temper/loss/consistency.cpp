#include "temper/loss/consistency.h"

#include <ATen/ops/mul.h>
#include <ATen/ops/unbind.h>

#include "temper/loss/jensen_shannon.h"

namespace temper::loss {

at::Tensor consistency_loss(const Consistency& options, const at::Tensor& logits) {
  const auto by_image = logits.unflatten(0, {-1, options.views});
  return jensen_shannon(at::unbind(by_image, 1)).mul(options.weight);
}

}  // namespace temper::loss

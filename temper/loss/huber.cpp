#include "temper/loss/huber.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/huber_loss.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/zeros_like.h>

#include "temper/loss/mean.h"
#include "temper/loss/mse.h"

namespace temper::loss {

at::Tensor evaluate(const Huber& options, const Inputs& inputs) {
  const auto error = errors(inputs);
  return mean_over_rows(
      at::huber_loss(error, at::zeros_like(error), at::Reduction::None, options.delta).mean(1),
      inputs);
}

}  // namespace temper::loss

#include "temper/semi/mixmatch.h"

#include <ATen/ops/softmax.h>

#include "temper/semi/squares.h"

namespace temper::semi {

at::Tensor sharpened(const at::Tensor& probabilities, double temperature) {
  // Of ratios to the largest one, whose power is 1, so that not all powers vanish.
  const auto largest = probabilities.amax(1, /*keepdim=*/true);
  const auto powers = probabilities.div(largest).pow(1 / temperature);
  return powers.div(powers.sum(1, /*keepdim=*/true));
}

at::Tensor guessed_labels(const MixMatch& options, const at::Tensor& logits) {
  return sharpened(at::softmax(logits, 2, at::kFloat).mean(1), options.temperature);
}

at::Tensor row_losses(const MixMatch& /*options*/, const Inputs& inputs) {
  return squared_rows(inputs);
}

}  // namespace temper::semi

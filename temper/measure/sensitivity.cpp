#include "temper/measure/sensitivity.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/square.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "temper/core/error.h"

namespace temper::measure {

at::Tensor input_sensitivity(const std::function<at::Tensor(const at::Tensor&)>& network,
                             const at::Tensor& images) {
  const at::AutoGradMode with_gradients(true);
  const auto leaf = images.detach().clone().set_requires_grad(true);
  const auto logits = network(leaf);
  if (logits.dim() != 2 || logits.size(0) != images.size(0))
    throw Error(Code::data,
                fmt::format("logits have shape [{}] for {} images; expected [{}, c]",
                            fmt::join(logits.sizes(), ", "), images.size(0), images.size(0)));
  const auto probabilities =
      at::softmax(logits, 1, logits.scalar_type() == at::kDouble ? at::kDouble : at::kFloat);
  auto squares = at::zeros({images.size(0)}, images.options().dtype(at::kDouble));
  for (std::int64_t c = 0; c < logits.size(1); ++c) {
    // The gradient of the sum over rows contains the gradient of each row separately.
    probabilities.select(1, c).sum().backward({}, /*retain_graph=*/c + 1 < logits.size(1),
                                              /*create_graph=*/false, at::TensorList(leaf));
    squares.add_(leaf.grad().detach().to(at::kDouble).square().flatten(1).sum(1));
    leaf.mutable_grad().reset();
  }
  return squares.sqrt();
}

}  // namespace temper::measure

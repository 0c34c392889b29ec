#include "temper/adversarial/classifier.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/div.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/tensor.h>

#include <utility>

namespace temper::adversarial {

Classifier in_pixels(std::function<at::Tensor(const at::Tensor&)> network,
                     const std::vector<double>& mean, const std::vector<double>& std) {
  return [network = std::move(network), mean, std](const at::Tensor& pixels) {
    const auto by_channel = [&pixels](const std::vector<double>& values) {
      return at::tensor(values, pixels.options().requires_grad(false)).view({1, -1, 1, 1});
    };
    return network(pixels.sub(by_channel(mean)).div(by_channel(std)));
  };
}

Gradient differentiate(const Classifier& classifier, const RowLoss& loss, const at::Tensor& pixels,
                       const at::Tensor& targets) {
  const at::AutoGradMode with_gradients(true);
  const auto leaf = pixels.detach().set_requires_grad(true);
  const auto logits = classifier(leaf);
  const auto losses = loss(logits, targets);
  // The gradient of the sum contains that of each row: no row depends on another one's image. The
  // leaf is the only tensor that receives one.
  losses.sum().backward({}, /*retain_graph=*/false, /*create_graph=*/false, at::TensorList(leaf));
  return {logits.detach(), losses.detach(), leaf.grad().detach()};
}

at::Tensor by_row(const at::Tensor& values) {
  return values.view({-1, 1, 1, 1});
}

}  // namespace temper::adversarial

#include "temper/evaluate/grad_cam.h"

#include <ATen/core/grad_mode.h>
#include <ATen/core/ivalue.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "temper/core/error.h"
#include "temper/evaluate/in_float.h"
#include "temper/model/observer.h"

namespace temper::evaluate {
namespace {

/// As in the package grad-cam: keeps a map that is zero everywhere from becoming NaN.
constexpr double kSmallest = 1e-7;

/// Whether an operator is the mean of maps over height and width.
bool pools_globally(std::string_view name, model::Observer::Values inputs) {
  if (name != "aten::mean" || inputs.size() < 2 || !inputs[0].isTensor() || !inputs[1].isIntList())
    return false;
  auto dims = inputs[1].toIntVector();
  const auto of = inputs[0].toTensor().dim();
  if (of != 4 || dims.size() != 2) return false;
  for (auto& dim : dims) dim = dim < 0 ? dim + of : dim;
  std::ranges::sort(dims);
  return dims[0] == 2 && dims[1] == 3;
}

struct Pass {
  at::Tensor logits;
  at::Tensor pooled;  ///< what the last global average pooling read; undefined: there is none
};

Pass forward(model::Network& network, const at::Tensor& images) {
  Pass pass;
  const model::Observer observer([&](std::string_view name, model::Observer::Values inputs) {
    // Squeeze-and-excitation also takes such means; that before the head is the last one.
    if (pools_globally(name, inputs)) pass.pooled = inputs[0].toTensor();
    return std::int64_t{0};
  });
  pass.logits = network.forward(images);
  return pass;
}

/// Each map minus its smallest value, divided by its largest then.
at::Tensor in_range(const at::Tensor& maps) {
  const auto above = maps.sub(maps.amin({1, 2}, /*keepdim=*/true));
  return above.div(above.amax({1, 2}, /*keepdim=*/true).add(kSmallest));
}

}  // namespace

at::Tensor grad_cam(model::Network& network, const at::Tensor& images, const at::Tensor& classes) {
  const at::AutoGradMode with_gradients(true);
  const InFloat in_float(network);
  network.train(false);
  // So that the activations have a gradient even where all parameters are frozen.
  const auto leaf = images.detach().clone().set_requires_grad(true);
  const auto [logits, pooled] = forward(network, leaf);
  if (!pooled.defined() || !pooled.requires_grad())
    throw Error(Code::usage,
                "Grad-CAM: the network does not average a feature map over its height and width "
                "before its head (global average pooling), so there is no map to show; leave it "
                "out");
  const auto chosen = logits.gather(1, classes.unsqueeze(1)).sum();
  const auto gradient = torch::autograd::grad({chosen}, {pooled}, {}, /*retain_graph=*/false,
                                              /*create_graph=*/false, /*allow_unused=*/true)[0];
  if (!gradient.defined())
    throw Error(Code::usage,
                "Grad-CAM: the logits do not depend on the network's last average over height and "
                "width, so there is no map to show; leave it out");
  const auto weights = gradient.mean({2, 3}, /*keepdim=*/true);
  return weights.mul(pooled.detach()).sum(1).relu();
}

at::Tensor shown_maps(const at::Tensor& maps, std::int64_t height, std::int64_t width) {
  const at::NoGradGuard guard;
  const std::array<std::int64_t, 2> size{height, width};
  const auto resized = at::upsample_bilinear2d(in_range(maps).to(at::kFloat).unsqueeze(1), size,
                                               /*align_corners=*/false);
  return in_range(resized.squeeze(1));
}

}  // namespace temper::evaluate

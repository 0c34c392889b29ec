#include "temper/regularize/gradient_noise.h"

#include <ATen/core/grad_mode.h>

#include <cmath>

#include "temper/regularize/bulk.h"

namespace temper::regularize {

double noise_variance(const GradientNoise& options, std::int64_t step) {
  return options.eta / std::pow(1 + static_cast<double>(step), options.gamma);
}

void add_noise(const GradientNoise& options, std::span<const at::Tensor> weights,
               const Pass& pass) {
  if (options.eta == 0) return;
  const at::NoGradGuard guard;
  const double deviation = std::sqrt(noise_variance(options, pass.step));
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto& gradient = weights[i].grad();
    if (!weights[i].requires_grad() || !gradient.defined()) continue;
    const auto key = batch_key({pass, static_cast<std::int64_t>(i)});
    gradient.add_(draw_normal({gradient.sizes(), gradient}, {.key = key}, 0, deviation));
  }
}

}  // namespace temper::regularize

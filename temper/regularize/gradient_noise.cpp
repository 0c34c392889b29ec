#include "temper/regularize/gradient_noise.h"

#include <ATen/core/grad_mode.h>

#include <cmath>

#include "temper/core/random.h"
#include "temper/regularize/bulk.h"

namespace temper::regularize {

double noise_variance(const GradientNoise& options, std::int64_t step) {
  return options.eta / std::pow(1 + static_cast<double>(step), options.gamma);
}

void add_noise(const GradientNoise& options, const NamedWeight& weight, const Pass& pass) {
  const auto& gradient = weight.value.grad();
  if (options.eta == 0 || !weight.value.requires_grad() || !gradient.defined()) return;
  const at::NoGradGuard guard;
  const double deviation = std::sqrt(noise_variance(options, pass.step));
  const auto key = batch_key({pass, coordinate(weight.name)});
  gradient.add_(draw_normal({gradient.sizes(), gradient}, {.key = key}, 0, deviation));
}

}  // namespace temper::regularize

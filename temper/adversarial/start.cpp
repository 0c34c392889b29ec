#include "temper/adversarial/start.h"

#include <ATen/ops/abs.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mul.h>

#include "temper/core/parallel.h"
#include "temper/core/random.h"

namespace temper::adversarial {
namespace {

/// The values of one image, in the order channel, row, column, and its fraction.
void draw(Norm norm, Random random, double* values, std::int64_t count, double& fraction) {
  fraction = random.uniform();
  for (std::int64_t i = 0; i < count; ++i)
    values[i] = norm == Norm::linf ? random.uniform(-1, 1) : random.normal();
}

}  // namespace

Noise draw_noise(Norm norm, const at::Tensor& pixels, const Address& address) {
  const auto n = pixels.size(0);
  const auto samples = n > 0 ? pixels.numel() / n : 0;
  const auto values = at::empty(pixels.sizes(), at::kDouble);
  const auto fractions = at::empty({n, 1, 1, 1}, at::kDouble);
  auto* const value = values.mutable_data_ptr<double>();
  auto* const fraction = fractions.mutable_data_ptr<double>();
  parallel_for(n, 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = begin; i < end; ++i) {
      const auto row = static_cast<std::uint64_t>(address.rows.at(static_cast<std::size_t>(i)));
      draw(norm, Random(address.seed, Purpose::attack, {address.round, row}), value + i * samples,
           samples, fraction[i]);
    }
  });
  const auto like = pixels.options().requires_grad(false);
  return {values.to(like).contiguous(pixels.suggest_memory_format()), fractions.to(like)};
}

at::Tensor start_within(const at::Tensor& pixels, Norm norm, double radius, const Noise& noise) {
  const auto scale = norm == Norm::linf ? noise.values.mul(radius)
                                        : noise.values.mul(noise.fractions.mul(radius).div(
                                              lengths(noise.values).clamp_min_(1e-30)));
  return scale.add(pixels).clamp_(0, 1);
}

at::Tensor start_at(const at::Tensor& pixels, Norm norm, double radius, const Noise& noise) {
  const auto size = norm == Norm::linf ? noise.values.abs().amax({1, 2, 3}, /*keepdim=*/true)
                                       : lengths(noise.values);
  return noise.values.div(size.clamp_min(1e-30)).mul_(radius).add_(pixels).clamp_(0, 1);
}

}  // namespace temper::adversarial

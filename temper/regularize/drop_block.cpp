#include "temper/regularize/drop_block.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>

#include "temper/regularize/rows.h"

namespace temper::regularize {
namespace {

/// An axis of the activation.
struct Axis {
  std::int64_t length;
  std::int64_t block;

  Axis(std::int64_t n, const DropBlock& options)
      : length(n), block(std::min(options.block_size, n)) {}

  /// Number of elements of a block before and after its center.
  [[nodiscard]] std::int64_t before() const { return block / 2; }
  [[nodiscard]] std::int64_t after() const { return block - 1 - before(); }
  /// Number of centers whose whole block lies within the axis.
  [[nodiscard]] std::int64_t places() const { return length - block + 1; }
};

/// Keeps the centers whose whole square lies within the activation.
at::Tensor within(const at::Tensor& centres, const Axis& height, const Axis& width) {
  auto inside = at::zeros_like(centres);
  const auto valid = [&](const at::Tensor& t) {
    return t.narrow(2, height.before(), height.places()).narrow(3, width.before(), width.places());
  };
  valid(inside).copy_(valid(centres));
  return inside;
}

}  // namespace

double centre_rate(const DropBlock& options, std::int64_t height, std::int64_t width) {
  const Axis h(height, options);
  const Axis w(width, options);
  const auto area = static_cast<double>(height * width);
  const auto square = static_cast<double>(h.block * w.block);
  const auto places = static_cast<double>(h.places() * w.places());
  return options.rate * area / square / places;
}

at::Tensor block_noise(const DropBlock& options, const at::Tensor& centres) {
  const at::NoGradGuard guard;
  const Axis h(centres.size(2), options);
  const Axis w(centres.size(3), options);
  const auto from = options.form == DropBlockForm::tensorflow ? within(centres, h, w) : centres;
  // An element is dropped by a center at most after() elements before it or before() after it.
  const auto padded = at::constant_pad_nd(from, {w.after(), w.before(), h.after(), h.before()});
  const auto kept = at::max_pool2d(padded, {h.block, w.block}, {1, 1}).neg_().add_(1);
  const auto left = kept.sum(at::kDouble).clamp_min(1);
  return kept.mul_((static_cast<double>(kept.numel()) / left).to(kept.scalar_type()));
}

at::Tensor noise(const DropBlock& options, const at::Tensor& x, const Address& address) {
  auto sizes = x.sizes().vec();
  if (options.couple_channels) sizes[1] = 1;
  const double gamma = std::min(1.0, centre_rate(options, x.size(2), x.size(3)));
  const auto centres = draw_mask({sizes, x}, rows_of(sizes, address), 1 - gamma, 1);
  return block_noise(options, centres);
}

}  // namespace temper::regularize

#include "temper/model/whitening.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "temper/core/error.h"

namespace temper::model {
namespace {

/// Patches that are copied at one time.
constexpr std::int64_t kPatches = 1 << 18;

}  // namespace

Whitening::Whitening(std::int64_t channels, std::int64_t kernel)
    : channels_(channels),
      kernel_(kernel),
      sum_(at::zeros({channels * kernel * kernel, channels * kernel * kernel}, at::kDouble)) {}

void Whitening::add(const at::Tensor& images) {
  const auto area = images.size(2) * images.size(3);
  const auto at_once = std::max<std::int64_t>(1, kPatches / std::max<std::int64_t>(1, area));
  for (const auto& some : images.detach().split(at_once)) {
    const auto patches = some.to(at::kDouble)
                             .unfold(2, kernel_, 1)
                             .unfold(3, kernel_, 1)
                             .permute({0, 2, 3, 1, 4, 5})
                             .reshape({-1, channels_ * kernel_ * kernel_});
    sum_.add_(at::mm(patches.t(), patches));
    patches_ += patches.size(0);
  }
}

at::Tensor Whitening::filters(double epsilon) const {
  if (patches_ == 0) throw Error(Code::internal, "whitening needs an image");
  const auto [values, vectors] = at::linalg_eigh(sum_.div(static_cast<double>(patches_)), "U");
  const auto rows = vectors.t().flip({0});  // an eigenvector each
  const auto largest = rows.gather(1, rows.abs().argmax(1, /*keepdim=*/true));
  // Rounding may make the eigenvalues of constant patches slightly negative.
  const auto scale = values.flip({0}).clamp_min(0).add(epsilon).rsqrt().unsqueeze(1);
  const auto scaled = rows.mul(largest.sgn()).mul(scale);
  return at::cat({scaled, scaled.neg()}).reshape({-1, channels_, kernel_, kernel_});
}

}  // namespace temper::model

#include "temper/regularize/shake_drop.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>
#include <fmt/format.h>

#include <vector>

#include "temper/core/error.h"
#include "temper/regularize/rows.h"

namespace temper::regularize {
namespace {

struct Range {
  double low;
  double high;
};

/// A factor for the whole batch is drawn by coin(), so that micro-batches and ranks agree.
at::Tensor factor(ShakeLevel level, const Range& range, const at::Tensor& branch,
                  const Address& address, std::uint32_t index) {
  if (level == ShakeLevel::batch)
    return at::full({}, range.low + (range.high - range.low) * uniform_for_batch(address, index),
                    branch.options());
  auto sizes = branch.sizes().vec();
  const std::size_t own = level == ShakeLevel::image ? 1 : level == ShakeLevel::channel ? 2 : 4;
  for (std::size_t i = own; i < sizes.size(); ++i) sizes[i] = 1;
  return draw_uniform({sizes, branch}, rows_of(sizes, address, index), range.low, range.high);
}

}  // namespace

void check(const ShakeDrop& options, std::string_view path) {
  const auto ordered = [&](std::string_view name, double low, double high) {
    if (low <= high) return;
    throw Error(
        Code::usage, {.option = fmt::format("{}.{}_low", path, name)},
        fmt::format("{}.{}_low is {}, above {}_high, which is {}", path, name, low, name, high));
  };
  ordered("alpha", options.alpha_low, options.alpha_high);
  ordered("beta", options.beta_low, options.beta_high);
}

at::Tensor shaken(const at::Tensor& x, const at::Tensor& forward, const at::Tensor& backward) {
  const auto flowing = x.mul(backward);
  at::Tensor difference;
  {
    const at::NoGradGuard guard;
    difference = x.mul(forward).sub_(flowing);
  }
  return flowing.add(difference);
}

at::Tensor apply_shake_drop(const ShakeDrop& options, const at::Tensor& branch, double rate,
                            const Address& address) {
  if (uniform_for_batch(address) >= rate) return branch;
  return shaken(branch,
                factor(options.level, {options.alpha_low, options.alpha_high}, branch, address, 1),
                factor(options.level, {options.beta_low, options.beta_high}, branch, address, 2));
}

double branch_scale(const ShakeDrop& options, double rate) {
  return 1 - rate + rate * (options.alpha_low + options.alpha_high) / 2;
}

}  // namespace temper::regularize

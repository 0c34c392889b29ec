#include "temper/train/guard.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>

#include <cmath>
#include <limits>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace temper::train {
namespace {

/// The largest absolute value: unlike a sum of squares it is infinite only where an element is.
at::Tensor largest(const at::Tensor& tensor) {
  return at::linalg_vector_norm(tensor.detach(), std::numeric_limits<double>::infinity());
}

bool has_numbers(const at::Tensor& tensor) {
  return tensor.defined() && tensor.is_floating_point() && tensor.numel() > 0;
}

bool is_finite(const at::Tensor& tensor) {
  return !has_numbers(tensor) || std::isfinite(largest(tensor).item<double>());
}

/// With a single synchronization with the device. A double that is too large for float counts as
/// infinite.
bool all_finite(std::vector<at::Tensor> scalars) {
  for (auto& scalar : scalars) scalar = scalar.to(at::kFloat);
  return scalars.empty() || std::isfinite(at::stack(scalars).to(at::kDouble).sum().item<double>());
}

/// The largest absolute value of all tensors together: buffers are so small that a copy of them
/// takes less time than a call for each.
at::Tensor largest_of_all(std::span<const Named> buffers) {
  std::vector<at::Tensor> values;
  for (const auto& [name, value] : buffers) values.push_back(value.detach().reshape({-1}));
  return largest(at::cat(values));
}

NotFiniteTensor buffer_of(const std::string& name) {
  return {"the buffer " + name, /*is_buffer=*/true};
}

}  // namespace

std::optional<NotFinite> find_not_finite(const at::Tensor& loss, const State& state) {
  std::vector<at::Tensor> scalars{loss.detach()};
  for (const auto& target : state.targets)
    if (const auto& gradient = target.value.grad(); has_numbers(gradient))
      scalars.push_back(largest(gradient));
  if (!state.finite_buffers.empty()) scalars.push_back(largest_of_all(state.finite_buffers));
  if (all_finite(std::move(scalars))) return std::nullopt;

  NotFinite found{.loss = loss.item<double>()};
  for (const auto& target : state.targets)
    if (!is_finite(target.value.grad())) {
      found.parameter = target.name;
      return found;
    }
  if (!std::isfinite(found.loss)) return found;
  const auto buffer = find_not_finite(state.finite_buffers);
  if (!buffer) return std::nullopt;
  found.tensor = buffer_of(*buffer);
  return found;
}

std::optional<NotFiniteTensor> find_not_finite(const State& state) {
  std::vector<Named> weights;
  for (const auto& parameter : state.network->parameters())
    weights.emplace_back(parameter.name, parameter.value);
  weights.insert(weights.end(), state.projection.begin(), state.projection.end());
  if (const auto name = find_not_finite(weights)) return NotFiniteTensor{"the weight " + *name};
  if (const auto name = find_not_finite(state.finite_buffers)) return buffer_of(*name);
  std::set<std::string_view> averaged;
  for (const auto& [name, value] : weights) averaged.insert(name);
  for (const auto& [name, value] : state.finite_buffers) averaged.insert(name);
  for (std::size_t i = 0; i < state.averages.size(); ++i) {
    std::vector<Named> tensors;
    for (const auto& named : state.averages[i].tensors)
      if (averaged.contains(named.first)) tensors.push_back(named);
    if (const auto name = find_not_finite(tensors))
      return NotFiniteTensor{"average " + std::to_string(i + 1) + " of " + *name};
  }
  return std::nullopt;
}

std::optional<std::string> find_not_finite(std::span<const Named> tensors) {
  std::vector<at::Tensor> scalars;
  for (const auto& [name, value] : tensors)
    if (has_numbers(value)) scalars.push_back(largest(value));
  if (all_finite(std::move(scalars))) return std::nullopt;
  for (const auto& [name, value] : tensors)
    if (!is_finite(value)) return name;
  return std::nullopt;
}

}  // namespace temper::train

#include "temper/train/guard.h"

#include <cmath>
#include <set>
#include <string_view>
#include <vector>

#include "temper/train/finite.h"

namespace temper::train {
namespace {

NotFiniteTensor buffer_of(const std::string& name) {
  return {"the buffer " + name, /*is_buffer=*/true};
}

}  // namespace

std::optional<NotFinite> find_not_finite(const at::Tensor& loss, const State& state) {
  FiniteCheck check;
  check.add(loss);
  for (const auto& target : state.targets) check.add(target.value.grad());
  for (const auto& [name, value] : state.finite_buffers) check.add(value);
  if (check.passed()) return std::nullopt;

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
  if (const auto name = find_not_finite(state.optimizer.tensors))
    return NotFiniteTensor{"the optimizer's state " + *name};
  return std::nullopt;
}

std::optional<std::string> find_not_finite(std::span<const Named> tensors) {
  FiniteCheck check;
  for (const auto& [name, value] : tensors) check.add(value);
  if (check.passed()) return std::nullopt;
  for (const auto& [name, value] : tensors)
    if (!is_finite(value)) return name;
  return std::nullopt;
}

}  // namespace temper::train

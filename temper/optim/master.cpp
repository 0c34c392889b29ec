#include "temper/optim/master.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/where.h>
#include <c10/core/ScalarType.h>
#include <fmt/format.h>

#include <algorithm>

#include "temper/core/error.h"

namespace temper::optim {
namespace {

constexpr std::string_view kMaster = "master/";

bool is_reduced(const Target& target) {
  return at::isReducedFloatingType(target.value.scalar_type());
}

void adopt_changes(const at::Tensor& master, const at::Tensor& value) {
  master.copy_(at::where(value == master.to(value.scalar_type()), master, value));
}

}  // namespace

bool any_reduced(std::span<const Target> targets) {
  return std::ranges::any_of(targets, is_reduced);
}

State masters_of(std::span<const Target> targets) {
  State state;
  for (const auto& target : targets)
    if (is_reduced(target))
      state.tensors.emplace_back(fmt::format("{}{}", kMaster, target.name),
                                 target.value.detach().to(at::kFloat));
  return state;
}

std::vector<at::Tensor> full_precision(std::span<const Target> targets, const State& state) {
  auto master = std::ranges::find_if(
      state.tensors, [](const auto& named) { return named.first.starts_with(kMaster); });
  std::vector<at::Tensor> result;
  for (const auto& target : targets) {
    if (!is_reduced(target)) {
      result.push_back(target.value);
      continue;
    }
    if (master == state.tensors.end() || !master->first.ends_with(target.name))
      throw Error(Code::internal, "the optimizer's state belongs to other parameters");
    result.push_back((master++)->second);
  }
  return result;
}

std::vector<Target> with_masters(std::span<const Target> targets, const State& state) {
  const auto values = full_precision(targets, state);
  std::vector<Target> result(targets.begin(), targets.end());
  for (std::size_t i = 0; i < result.size(); ++i) {
    auto& target = result[i];
    if (!is_reduced(target)) continue;
    const auto gradient = target.value.grad();
    target.value = values[i].detach().set_requires_grad(target.value.requires_grad());
    target.copy.reset();  // it is one of the parameter, not of its master
    if (gradient.defined()) target.value.mutable_grad() = gradient.to(at::kFloat);
  }
  return result;
}

void update_masters(std::span<const Target> targets, const State& state,
                    const std::function<void(std::span<const Target>)>& update) {
  if (!any_reduced(targets)) {
    update(targets);
    return;
  }
  const auto masters = with_masters(targets, state);
  for (std::size_t i = 0; i < targets.size(); ++i)
    if (is_reduced(targets[i])) adopt_changes(masters[i].value, targets[i].value);
  update(masters);
  for (std::size_t i = 0; i < targets.size(); ++i)
    if (is_reduced(targets[i]) && targets[i].value.requires_grad() && !targets[i].frozen)
      targets[i].value.copy_(masters[i].value);
}

}  // namespace temper::optim

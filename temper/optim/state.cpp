#include "temper/optim/state.h"

#include <ATen/ops/full_like.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

namespace temper::optim {

void add_state(State& state, std::string_view what, std::span<const Target> targets, double value) {
  for (const auto& target : targets)
    state.tensors.emplace_back(fmt::format("{}/{}", what, target.name),
                               at::full_like(target.value, value));
}

void add_updates(State& state, std::span<const Target> targets) {
  for (const auto& target : targets)
    state.tensors.emplace_back(fmt::format("updates/{}", target.name), at::zeros({}, at::kLong));
}

}  // namespace temper::optim

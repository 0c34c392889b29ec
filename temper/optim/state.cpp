#include "temper/optim/state.h"

#include <ATen/ops/full_like.h>
#include <fmt/format.h>

namespace temper::optim {

void add_state(State& state, std::string_view what, std::span<const Target> targets, double value) {
  for (const auto& target : targets)
    state.tensors.emplace_back(fmt::format("{}/{}", what, target.name),
                               at::full_like(target.value, value));
}

}  // namespace temper::optim

#include "temper/train/share_state.h"

#include <ATen/core/grad_mode.h>

#include <utility>

#include "temper/train/checkpoint.h"
#include "temper/train/optimizer_shards.h"

namespace temper::train {

Manifest share_state(State& state, Manifest manifest, distributed::Group& group) {
  const at::NoGradGuard guard;
  const auto text = group.broadcast(to_text(manifest_of(state, std::move(manifest))));
  auto shared = parse_manifest(text, "the manifest of rank 0");
  auto optimizer = divide_optimizer(state);
  if (!group.leads()) optimizer = {};
  for (const auto& [name, tensor] : tensors_of(state)) {
    if (tensor.numel() == 0) continue;
    const auto values = tensor.detach().to(at::kCPU).contiguous().clone().view({-1});
    group.broadcast(values.view(at::kByte));
    if (!group.leads()) tensor.copy_(values.view(tensor.sizes()));
  }
  if (state.shards) state.shards->scatter(optimizer, state.optimizer, group);
  if (!group.leads()) load_counters(state, shared);
  return shared;
}

}  // namespace temper::train

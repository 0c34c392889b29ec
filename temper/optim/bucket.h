#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "temper/optim/state.h"

namespace temper::optim {

/// Parameters that one call can update: they have the same factors, data type and device. Every
/// tensor is dense and has its parameter's memory layout.
struct Bucket {
  double lr_scale = 1;
  double decay_scale = 1;
  std::int64_t updates = 0;  ///< of these parameters before this one, where the rule counts them
  std::vector<const Target*> targets;
  std::vector<at::Tensor> values;
  std::vector<at::Tensor> gradients;            ///< zeros where a parameter has none; read-only
  std::vector<std::vector<at::Tensor>> memory;  ///< [state tensor][parameter]
  std::vector<at::Tensor> copies;  ///< for sweep() to write; undefined: none, or of another layout
  std::vector<bool> copied;        ///< whether it did
};

inline bool on_cpu(const Bucket& bucket) {
  return bucket.values[0].is_cpu();
}

/// Calls `update` for every bucket of the parameters that are not frozen. A parameter that
/// is not dense in memory is represented by a dense copy, which is then written back.
/// @param state  begins with `state_tensors` tensors for each parameter, those of add_state()
/// Throws Error{Code::internal} when the state belongs to other parameters.
void for_each_bucket(std::span<const Target> targets, const State& state, std::size_t state_tensors,
                     const std::function<void(Bucket&)>& update);

/// The same for a rule that depends on how often a parameter was updated: as in torch.optim, one
/// that was frozen, or skipped for want of a gradient, begins or goes on where it was.
/// @param state  begins with `state_tensors` tensors for each parameter, then add_updates()
void for_each_counted_bucket(std::span<const Target> targets, const State& state,
                             std::size_t state_tensors, const std::function<void(Bucket&)>& update);

}  // namespace temper::optim

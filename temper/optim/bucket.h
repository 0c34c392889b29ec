#pragma once
#include <functional>
#include <span>
#include <vector>

#include "temper/optim/state.h"

namespace temper::optim {

/// Parameters that one call can update: equal factors, one type, one device. Every tensor is dense
/// and laid out in memory as its parameter is.
struct Bucket {
  double lr_scale = 1;
  double decay_scale = 1;
  std::vector<const Target*> targets;
  std::vector<at::Tensor> values;
  std::vector<at::Tensor> gradients;            ///< zeros where there is none; not to be written
  std::vector<std::vector<at::Tensor>> memory;  ///< [what is remembered][parameter]
};

inline bool on_cpu(const Bucket& bucket) {
  return bucket.values[0].is_cpu();
}

/// Calls `update` for every bucket of the parameters that are not frozen. A parameter with gaps in
/// its memory stands in its bucket as a dense copy, which is then written back.
/// @param state  begins with `remembered` tensors a parameter, in the order of remember()
/// Throws Error{Code::internal} when the state belongs to other parameters.
void for_each_bucket(std::span<const Target> targets, const State& state, std::size_t remembered,
                     const std::function<void(Bucket&)>& update);

}  // namespace temper::optim

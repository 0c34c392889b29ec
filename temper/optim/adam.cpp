#include "temper/optim/adam.h"

#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>

#include "temper/optim/bucket.h"
#include "temper/optim/decay_step.h"
#include "temper/optim/fused_steps.h"

namespace temper::optim {
namespace {

template <class Options>
State start_moments(const Options& options, std::span<const Target> targets) {
  State state;
  remember(state, "mean", targets);
  remember(state, "mean_square", targets);
  if (options.amsgrad) remember(state, "largest_mean_square", targets);
  return state;
}

template <class Options>
void update(const Options& options, std::int64_t step, Bucket& bucket) {
  const auto decay = pull(options, bucket.lr_scale, bucket.decay_scale);
  const double lr = options.lr * bucket.lr_scale;
  const auto largest = options.amsgrad ? at::TensorList(bucket.memory[2]) : at::TensorList();
  const auto steps = fused_steps(bucket, step + 1);
  // The kernel's own decay saves a pass over the weights; it is a multiple of the rate.
  const bool in_kernel = decay.keep != 1 && lr > 0;
  if (in_kernel) {
    at::_fused_adamw_(bucket.values, bucket.gradients, bucket.memory[0], bucket.memory[1], largest,
                      steps, lr, options.beta1, options.beta2, (1 - decay.keep) / lr, options.eps,
                      options.amsgrad, /*maximize=*/false);
  } else {
    apply_decoupled(decay, bucket);
    at::_fused_adam_(bucket.values, bucket.gradients, bucket.memory[0], bucket.memory[1], largest,
                     steps, lr, options.beta1, options.beta2, decay.l2, options.eps,
                     options.amsgrad, /*maximize=*/false);
  }
}

template <class Options>
void step_moments(const Options& options, std::span<const Target> targets, State& state) {
  for_each_bucket(targets, state, options.amsgrad ? 3 : 2,
                  [&](Bucket& bucket) { update(options, state.step, bucket); });
}

}  // namespace

State start(const Adam& options, std::span<const Target> targets) {
  return start_moments(options, targets);
}
State start(const AdamW& options, std::span<const Target> targets) {
  return start_moments(options, targets);
}

void step(const Adam& options, std::span<const Target> targets, State& state) {
  step_moments(options, targets, state);
}
void step(const AdamW& options, std::span<const Target> targets, State& state) {
  step_moments(options, targets, state);
}

}  // namespace temper::optim

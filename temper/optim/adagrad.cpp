#include "temper/optim/adagrad.h"

#include <ATen/ops/_fused_adagrad.h>

#include "temper/optim/bucket.h"
#include "temper/optim/decay_step.h"
#include "temper/optim/fused_steps.h"
#include "temper/optim/sweep.h"

namespace temper::optim {
namespace {

struct KerasRule {
  double rate, eps, l2, keep;

  template <class N>
  void operator()(N& w, N g, N& a) const {
    g = g + constant<N>(l2) * w;
    a = a + g * g;
    w = constant<N>(keep) * w - constant<N>(rate) * g / root(a + constant<N>(eps));
  }
};

void update_pytorch(const Adagrad& options, const Pull& pull, double lr, std::int64_t step,
                    Bucket& bucket) {
  apply_decoupled(pull, bucket);
  at::_fused_adagrad_(bucket.values, bucket.gradients, bucket.memory[0],
                      fused_steps(bucket, step + 1), lr, options.lr_decay, pull.l2, options.eps,
                      /*maximize=*/false);
}

}  // namespace

State start(const Adagrad& options, std::span<const Target> targets) {
  State state;
  remember(state, "sum_of_squares", targets, options.initial_accumulator);
  return state;
}

void step(const Adagrad& options, std::span<const Target> targets, State& state) {
  for_each_bucket(targets, state, 1, [&](Bucket& bucket) {
    const auto decay = pull(options, bucket.lr_scale, bucket.decay_scale);
    const double lr = options.lr * bucket.lr_scale;
    if (options.form == AdagradForm::pytorch) {
      update_pytorch(options, decay, lr, state.step, bucket);
    } else {
      const double rate = lr / (1 + static_cast<double>(state.step) * options.lr_decay);
      sweep<1>(bucket, KerasRule{rate, options.eps, decay.l2, decay.keep});
    }
  });
}

}  // namespace temper::optim

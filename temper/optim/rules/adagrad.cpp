#include "temper/optim/rules/adagrad.h"

#include <ATen/ops/_fused_adagrad.h>

#include "temper/optim/bucket.h"
#include "temper/optim/decay_step.h"
#include "temper/optim/fused_steps.h"
#include "temper/optim/sweep.h"

namespace temper::optim {
namespace {

struct Rule {
  double rate, eps_inside, eps_outside, l2, keep;

  template <class N>
  void operator()(N& w, N g, N& a) const {
    g = g + constant<N>(l2) * w;
    a = a + g * g;
    w = constant<N>(keep) * w -
        constant<N>(rate) * g / (root(a + constant<N>(eps_inside)) + constant<N>(eps_outside));
  }
};

void update_pytorch_on_device(const Adagrad& options, const DecayFactors& decay_factors, double lr,
                              Bucket& bucket) {
  apply_decoupled(decay_factors, bucket);
  at::_fused_adagrad_(bucket.values, bucket.gradients, bucket.memory[0], fused_steps(bucket), lr,
                      options.lr_decay, decay_factors.l2, options.eps,
                      /*maximize=*/false);
}

}  // namespace

State start_rule(const Adagrad& options, std::span<const Target> targets) {
  State state;
  add_state(state, "sum_of_squares", targets, options.initial_accumulator_value);
  add_updates(state, targets);
  return state;
}

void step_rule(const Adagrad& options, std::span<const Target> targets, State& state) {
  for_each_counted_bucket(targets, state, 1, [&](Bucket& bucket) {
    const auto decay = decay_factors(options, bucket.lr_scale, bucket.decay_scale);
    const double lr = options.lr * bucket.lr_scale;
    const bool pytorch = options.form == AdagradForm::pytorch;
    if (pytorch && !on_cpu(bucket))
      update_pytorch_on_device(options, decay, lr, bucket);
    else
      sweep<1>(bucket,
               Rule{.rate = lr / (1 + static_cast<double>(bucket.updates) * options.lr_decay),
                    .eps_inside = pytorch ? 0 : options.eps,
                    .eps_outside = pytorch ? options.eps : 0,
                    .l2 = decay.l2,
                    .keep = decay.keep});
  });
}

}  // namespace temper::optim

#include "temper/optim/decay.h"

#include "temper/core/error.h"

namespace temper::optim {

DecayFactors decay_factors(const DecayOptions& options, double lr, double factor, double share) {
  const double strength = options.weight_decay * factor;
  if (options.decay == Decay::l2) return {.l2 = strength};
  switch (options.scale) {
    case DecayScale::lr:
      return {.keep = 1 - lr * strength};
    case DecayScale::schedule:
      return {.keep = 1 - share / options.base_lr * strength};
    case DecayScale::none:
      break;
  }
  return {.keep = 1 - strength};
}

void check_decay(const DecayOptions& options) {
  if (options.decay == Decay::decoupled && options.scale == DecayScale::schedule &&
      options.base_lr == 0)
    throw Error(Code::usage, {.option = "optimizer.decay_scale"},
                "optimizer.decay_scale = \"schedule\" needs optimizer.base_lr, the learning rate "
                "at which weight_decay is applied in full");
}

}  // namespace temper::optim

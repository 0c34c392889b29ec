#pragma once
#include <span>
#include <string_view>
#include <tuple>

#include "temper/optim/decay.h"
#include "temper/optim/fields.h"
#include "temper/optim/state.h"

namespace temper::optim {

/// The running mean of the gradient over its running root mean square, with bias correction.
struct Adam {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  bool amsgrad = false;
  double weight_decay = 0;

  static constexpr std::string_view kind = "adam";
  static constexpr About about = {
      .summary =
          "Divides the running mean of the gradient by its running root mean square, both with "
          "bias correction. Weight decay is added to the gradient (L2 penalty); adamw decouples "
          "it.",
      .formula =
          "g <- g + weight_decay * w\n"
          "m <- beta1 * m + (1 - beta1) * g      v <- beta2 * v + (1 - beta2) * g^2\n"
          "w <- w - lr * m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)      t = 1, 2, ...\n"
          "amsgrad: v is replaced by the largest v so far",
      .paper =
          "Kingma and Ba 2015, Adam, arXiv:1412.6980; amsgrad: Reddi et al. 2018, On the "
          "convergence of Adam and beyond, arXiv:1904.09237"};
  static constexpr auto fields() {
    return std::tuple{
        lr_field(&Adam::lr),
        beta1_field(&Adam::beta1),
        beta2_field(&Adam::beta2),
        eps_field(&Adam::eps),
        field(&Adam::amsgrad,
              {.name = "amsgrad",
               .meaning = "divides by the largest second-moment estimate so far (AMSGrad)"}),
        weight_decay_field(&Adam::weight_decay)};
  }
};

/// Adam with decoupled weight decay.
struct AdamW {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  bool amsgrad = false;
  double weight_decay = 0.01;
  DecayScale decay_scale = DecayScale::lr;
  double base_lr = 0;

  static constexpr std::string_view kind = "adamw";
  static constexpr About about = {
      .summary = "Adam with decoupled weight decay.",
      .formula =
          "w <- w - s * weight_decay * w      s: lr (PyTorch), lr / base_lr (the paper) or 1\n"
          "then as adam, without weight decay",
      .paper =
          "Loshchilov and Hutter 2019, Decoupled weight decay regularization, "
          "arXiv:1711.05101"};
  static constexpr auto fields() {
    return std::tuple{
        lr_field(&AdamW::lr),
        beta1_field(&AdamW::beta1),
        beta2_field(&AdamW::beta2),
        eps_field(&AdamW::eps),
        field(&AdamW::amsgrad,
              {.name = "amsgrad",
               .meaning = "divides by the largest second-moment estimate so far (AMSGrad)"}),
        weight_decay_field(&AdamW::weight_decay),
        decay_scale_field(&AdamW::decay_scale),
        base_lr_field(&AdamW::base_lr)};
  }
};

/// The state before the first step: a mean and a mean square for each parameter, with amsgrad also
/// the largest mean square.
State start_rule(const Adam& options, std::span<const Target> targets);
State start_rule(const AdamW& options, std::span<const Target> targets);

void step_rule(const Adam& options, std::span<const Target> targets, State& state);
void step_rule(const AdamW& options, std::span<const Target> targets, State& state);

}  // namespace temper::optim

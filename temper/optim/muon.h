#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>
#include <variant>

#include "temper/optim/adam.h"
#include "temper/optim/decay.h"
#include "temper/optim/fields.h"
#include "temper/optim/orthogonalise.h"
#include "temper/optim/sgd.h"
#include "temper/optim/state.h"

namespace temper::optim {

/// What a matrix of [out, in] multiplies the step by.
enum class MuonScale : std::uint8_t {
  original,    ///< sqrt(max(1, out / in))
  match_rms,   ///< 0.2 sqrt(max(out, in)): steps as long as adamw's (arXiv:2502.16982)
  rms_to_rms,  ///< sqrt(out / in) (arXiv:2502.07529)
  none         ///< 1
};

/// How a filter bank [out, in, h, w] becomes matrices.
enum class Filters : std::uint8_t {
  flattened,  ///< one of [out, in h w]
  batched     ///< h w of [out, in], the step divided by sqrt(h w)
};

/// Momentum, orthogonalised: every direction of a weight matrix is stepped along by the same
/// length.
struct Muon {
  double lr = 0.02;
  double momentum = 0.95;
  bool nesterov = true;
  std::int64_t ns_steps = 5;
  NewtonSchulz ns_coefficients = NewtonSchulz::original;
  MuonScale adjust_lr_fn = MuonScale::original;
  Filters conv_mode = Filters::flattened;
  bool renormalise = false;
  double weight_decay = 0;
  DecayScale decay_scale = DecayScale::lr;
  double base_lr = 0;
  std::variant<AdamW, Sgd> rest = {};

  static constexpr std::string_view kind = "muon";
  static constexpr About about = {
      .summary =
          "Momentum whose matrix is orthogonalised, so that every direction of a weight matrix is "
          "stepped along by the same length. For weights of two dimensions and more; biases, "
          "norms and the head go by `rest`. airbench: ns_steps = 3, renormalise = true, "
          "adjust_lr_fn = "
          "\"none\", momentum = 0.6, lr = 0.24, rest = \"sgd\". The iteration runs in the weights' "
          "precision, where the published code has bf16.",
      .formula =
          "m <- momentum * m + (1 - momentum) * g\n"
          "u = m               nesterov: u = (1 - momentum) * g + momentum * m\n"
          "O = orthogonal part of u, by ns_steps of X <- a X + (b X X^T + c (X X^T)^2) X\n"
          "w <- w - s * weight_decay * w - lr * adjust_lr_fn(shape) * O\n"
          "renormalise: w <- sqrt(out) * w / |w| first",
      .paper =
          "Jordan et al. 2024, Muon: an optimizer for hidden layers in neural networks; "
          "renormalise: Jordan 2024, 94% on CIFAR-10 in 3.29 seconds, arXiv:2404.00498"};
  static constexpr auto fields() {
    return std::tuple{
        lr_field(&Muon::lr),
        momentum_field(&Muon::momentum),
        field(&Muon::nesterov, {.name = "nesterov", .meaning = "looks ahead along the velocity"}),
        field(&Muon::ns_steps, {.name = "ns_steps",
                                .meaning = "steps of the Newton-Schulz iteration",
                                .bounds = {1, 100}}),
        field(&Muon::ns_coefficients,
              {.name = "ns_coefficients",
               .meaning = "of the iteration; where a list ends its last is repeated"}),
        field(&Muon::adjust_lr_fn, {.name = "adjust_lr_fn",
                                    .meaning = "what the matrix's shape multiplies the step by"}),
        field(&Muon::conv_mode,
              {.name = "conv_mode",
               .meaning = "a convolution's filters as one matrix, or as one a position"}),
        field(&Muon::renormalise,
              {.name = "renormalise",
               .meaning = "scales every weight to the norm sqrt(out) before its step"}),
        weight_decay_field(&Muon::weight_decay),
        decay_scale_field(&Muon::decay_scale),
        base_lr_field(&Muon::base_lr),
        field(&Muon::rest,
              {.name = "rest", .meaning = "update rule of biases, norms and the head"})};
  }

  /// Throws Error{Code::usage} for options of `rest` that don't go together.
  void check() const;
};

/// The state before the first step: a mean for every matrix, and under "rest/" what `rest`
/// remembers of the others.
State start_rule(const Muon& options, std::span<const Target> targets);

void step_rule(const Muon& options, std::span<const Target> targets, State& state);

}  // namespace temper::optim

template <>
struct temper::EnumNames<temper::optim::MuonScale> {
  static constexpr std::array<std::string_view, 4> value{"original", "match_rms", "rms_to_rms",
                                                         "none"};
};
template <>
struct temper::EnumNames<temper::optim::Filters> {
  static constexpr std::array<std::string_view, 2> value{"flattened", "batched"};
};

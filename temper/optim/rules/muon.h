#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>
#include <variant>

#include "temper/optim/decay.h"
#include "temper/optim/fields.h"
#include "temper/optim/orthogonalise.h"
#include "temper/optim/rules/adam.h"
#include "temper/optim/rules/sgd.h"
#include "temper/optim/state.h"

namespace temper::optim {

/// The factor on the update of a matrix of shape [out, in].
enum class MuonScale : std::uint8_t {
  original,    ///< sqrt(max(1, out / in))
  match_rms,   ///< 0.2 sqrt(max(out, in)): the RMS of adamw's updates (arXiv:2502.16982)
  rms_to_rms,  ///< sqrt(out / in) (arXiv:2502.07529)
  none         ///< 1
};

/// How convolution filters of shape [out, in, h, w] are reshaped to matrices.
enum class Filters : std::uint8_t {
  flattened,  ///< one matrix [out, in h w]
  batched     ///< h w matrices [out, in], the update divided by sqrt(h w)
};

/// SGD with momentum whose update of a weight matrix is orthogonalized.
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
          "SGD with momentum whose update of a weight matrix is orthogonalized by Newton-Schulz "
          "iterations, so that all its singular values are about equal. For weights of two or more "
          "dimensions. Updated by `rest`: biases, norms and layer scales, the head, depthwise and "
          "other filters of a single input channel, and matrices that have fewer than 4 rows or "
          "columns (a convolution counts as a matrix with one row per filter). airbench: ns_steps "
          "= 3, renormalise = true, adjust_lr_fn = \"none\", momentum = 0.6, lr = 0.24, rest = "
          "\"sgd\". The iterations run in the weights' precision; the published code uses bf16.",
      .formula =
          "m <- momentum * m + (1 - momentum) * g\n"
          "u = m               nesterov: u = (1 - momentum) * g + momentum * m\n"
          "O = orthogonal factor of u, by ns_steps times X <- a X + (b X X^T + c (X X^T)^2) X\n"
          "w <- w - s * weight_decay * w - lr * adjust_lr_fn(shape) * O\n"
          "renormalise: w <- sqrt(out) * w / |w| first",
      .paper =
          "Jordan et al. 2024, Muon: an optimizer for hidden layers in neural networks; "
          "renormalise: Jordan 2024, 94% on CIFAR-10 in 3.29 seconds, arXiv:2404.00498"};
  static constexpr auto fields() {
    return std::tuple{
        lr_field(&Muon::lr),
        momentum_field(&Muon::momentum),
        field(&Muon::nesterov, {.name = "nesterov", .meaning = "enables Nesterov momentum"}),
        field(&Muon::ns_steps, {.name = "ns_steps",
                                .meaning = "number of Newton-Schulz iterations",
                                .bounds = {1, 100}}),
        field(&Muon::ns_coefficients,
              {.name = "ns_coefficients",
               .meaning = "coefficients of the Newton-Schulz iterations. original: the same in "
                          "every iteration (Jordan et al. 2024); quintic: other ones in each "
                          "(Cesista 2025); polar_express: optimal ones for each (Amsel et al. "
                          "2025); the last ones of a list are repeated"}),
        field(&Muon::adjust_lr_fn,
              {.name = "adjust_lr_fn",
               .meaning = "factor on the update of a matrix of shape [out, in]. original: "
                          "sqrt(max(1, out / in)); match_rms: 0.2 sqrt(max(out, in)), for updates "
                          "of AdamW's root mean square; rms_to_rms: sqrt(out / in); none: 1"}),
        field(
            &Muon::conv_mode,
            {.name = "conv_mode",
             .meaning =
                 "convolution filters [out, in, h, w] as matrices. flattened: one of shape [out, "
                 "in h w]; batched: one of shape [out, in] for each of the h w kernel positions"}),
        field(&Muon::renormalise,
              {.name = "renormalise",
               .meaning = "scales every weight tensor to the norm sqrt(out) before its update"}),
        weight_decay_field(&Muon::weight_decay),
        decay_scale_field(&Muon::decay_scale),
        base_lr_field(&Muon::base_lr),
        field(&Muon::rest,
              {.name = "rest",
               .meaning =
                   "optimizer for biases, norms, the head, depthwise filters and tiny matrices"})};
  }

  /// Throws Error{Code::usage} for options of `rest` that don't go together.
  void check() const;
};

/// Whether Muon updates a parameter itself, rather than by `rest`: a weight whose two first sizes
/// are above 1, and that as a matrix [out, in h w] has at least 4 rows and columns. The filters of
/// a depthwise convolution, [channels, 1, h, w], act on a channel each: they are no matrix from
/// inputs to outputs whose singular values could be made equal; and a matrix of one to three rows
/// has hardly any to make equal. Jordan's code leaves the choice to its caller; these are the
/// limits that timm 1.0.31 chooses by, without its one on the ratio of rows to columns.
bool orthogonalises(const Target& target);

/// The state before the first step: a mean for every matrix, and under "rest/" the state of `rest`
/// for the other parameters.
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

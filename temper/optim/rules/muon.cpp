#include "temper/optim/rules/muon.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/lerp.h>
#include <ATen/ops/linalg_vector_norm.h>

#include <algorithm>
#include <cmath>

#include "temper/optim/bucket.h"
#include "temper/optim/decay_step.h"

namespace temper::optim {
namespace {

constexpr std::int64_t kFewest = 4;  // rows or columns of a matrix

/// The targets that Muon updates itself, or those that it leaves to `rest`.
std::vector<Target> chosen(std::span<const Target> targets, bool matrices) {
  std::vector<Target> result;
  for (const auto& target : targets)
    if (orthogonalises(target) == matrices) result.push_back(target);
  return result;
}

at::Tensor as_matrices(const at::Tensor& filters, Filters form) {
  if (filters.dim() == 2) return filters;
  if (form == Filters::flattened) return filters.reshape({filters.size(0), -1});
  return filters.reshape({filters.size(0), filters.size(1), -1}).permute({2, 0, 1});
}

at::Tensor as_filters(const at::Tensor& matrices, at::IntArrayRef shape) {
  return (matrices.dim() == 3 ? matrices.permute({1, 2, 0}) : matrices).reshape(shape);
}

double scale_of(MuonScale scale, double out, double in) {
  switch (scale) {
    case MuonScale::original:
      return std::sqrt(std::max(1.0, out / in));
    case MuonScale::match_rms:
      return 0.2 * std::sqrt(std::max(out, in));
    case MuonScale::rms_to_rms:
      return std::sqrt(out / in);
    case MuonScale::none:
      break;
  }
  return 1;
}

double scale_of(const Muon& options, const at::Tensor& matrices) {
  const auto size = [&](std::int64_t i) { return static_cast<double>(matrices.size(i)); };
  const double positions = matrices.dim() == 3 ? size(0) : 1;
  return scale_of(options.adjust_lr_fn, size(-2), size(-1)) / std::sqrt(positions);
}

void renormalise(const at::Tensor& value) {
  const auto length = std::sqrt(static_cast<double>(value.size(0)));
  value.div_(at::linalg_vector_norm(value) / length);
}

void update(const Muon& options, double lr, const at::Tensor& value, const at::Tensor& gradient,
            const at::Tensor& mean) {
  mean.lerp_(gradient, 1 - options.momentum);
  const auto direction = options.nesterov ? at::lerp(gradient, mean, options.momentum) : mean;
  const auto matrices = as_matrices(direction, options.conv_mode);
  const auto step = orthogonalise(matrices, options.ns_steps, options.ns_coefficients);
  value.add_(as_filters(step, value.sizes()), -lr * scale_of(options, step));
}

void update_matrices(const Muon& options, std::span<const Target> targets, const State& state) {
  for_each_bucket(targets, state, 1, [&](Bucket& bucket) {
    if (options.renormalise)
      for (const auto& value : bucket.values) renormalise(value);
    apply_decoupled(decay_factors(options, bucket.lr_scale, bucket.decay_scale), bucket);
    for (std::size_t i = 0; i < bucket.values.size(); ++i)
      update(options, options.lr * bucket.lr_scale, bucket.values[i], bucket.gradients[i],
             bucket.memory[0][i]);
  });
}

}  // namespace

bool orthogonalises(const Target& target) {
  const auto& value = target.value;
  if (target.kind != Kind::weight || value.dim() < 2) return false;
  if (value.size(0) < 2 || value.size(1) < 2) return false;
  return std::min(value.size(0), value.numel() / value.size(0)) >= kFewest;
}

void Muon::check() const {
  std::visit(
      [](const auto& rule) {
        if constexpr (requires { rule.check(); }) rule.check();
        check_decay(decay_options(rule));
      },
      rest);
}

State start_rule(const Muon& options, std::span<const Target> targets) {
  State state;
  add_state(state, "mean", chosen(targets, true));
  const auto others = chosen(targets, false);
  const auto rest =
      std::visit([&](const auto& rule) { return start_rule(rule, others); }, options.rest);
  for (const auto& [name, tensor] : rest.tensors)
    state.tensors.emplace_back("rest/" + name, tensor);
  return state;
}

void step_rule(const Muon& options, std::span<const Target> targets, State& state) {
  const auto matrices = chosen(targets, true);
  update_matrices(options, matrices, state);
  State rest{.step = state.step,
             .tensors = {state.tensors.begin() + static_cast<std::ptrdiff_t>(matrices.size()),
                         state.tensors.end()}};
  std::visit([&](const auto& rule) { step_rule(rule, chosen(targets, false), rest); },
             options.rest);
}

}  // namespace temper::optim

#include "temper/optim/evaluation_weights.h"

#include <ATen/core/grad_mode.h>

#include "temper/optim/master.h"

namespace temper::optim {
namespace {

template <class Options>
concept HasAverage = requires(const Options& options, const at::Tensor& trained,
                              const State& state) { evaluated(options, trained, state, 0); };

}  // namespace

bool evaluates_average(const Optimizer& optimizer) {
  return std::visit([]<class Options>(const Options&) { return HasAverage<Options>; }, optimizer);
}

EvaluationWeights::EvaluationWeights(const Optimizer& optimizer, std::span<const Target> targets,
                                     const State& state) {
  if (!evaluates_average(optimizer)) return;
  const at::NoGradGuard guard;
  const auto trained = full_precision(targets, state);
  std::vector<at::Tensor> found;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (!targets[i].value.requires_grad()) continue;
    weights_.push_back(targets[i].value);
    before_.push_back(targets[i].value.clone());
    found.push_back(std::visit(
        [&]<class Options>(const Options& options) {
          if constexpr (HasAverage<Options>) return evaluated(options, trained[i], state, i);
          return trained[i];
        },
        optimizer));
  }
  for (std::size_t i = 0; i < found.size(); ++i) weights_[i].copy_(found[i]);
}

EvaluationWeights::~EvaluationWeights() {
  const at::NoGradGuard guard;
  for (std::size_t i = 0; i < weights_.size(); ++i) weights_[i].copy_(before_[i]);
}

}  // namespace temper::optim

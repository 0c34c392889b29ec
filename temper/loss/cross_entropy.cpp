#include "temper/loss/cross_entropy.h"

#include <ATen/ops/add.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/neg.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include <algorithm>

#include "temper/core/error.h"
#include "temper/loss/mean.h"

namespace temper::loss {
namespace {

at::Tensor weights_of_classes(const CrossEntropy& options, const at::Tensor& like) {
  if (options.class_weights.size() != static_cast<std::size_t>(like.size(1)))
    throw Error(Code::usage,
                fmt::format("weight has {} numbers, expected one for each of {} classes",
                            options.class_weights.size(), like.size(1)));
  return at::tensor(options.class_weights, like.options());
}

at::Tensor mean_of(const CrossEntropy& options, const Inputs& inputs, const at::Tensor& targets) {
  const auto likelihood =
      targets.to(inputs.logits.scalar_type() == at::kDouble ? at::kDouble : at::kFloat)
          .mul(log_probabilities(inputs.logits));
  if (options.class_weights.empty()) return mean_over_rows(likelihood.sum(1), inputs).neg();
  const auto weighted = likelihood.mul(weights_of_classes(options, likelihood)).sum(1);
  if (options.weighted_mean == WeightedMean::rows) return mean_over_rows(weighted, inputs).neg();
  return mean_by_weight(weighted, row_weights(options, inputs.targets).to(weighted.scalar_type()),
                        inputs)
      .neg();
}

}  // namespace

void CrossEntropy::check(std::int64_t classes) const {
  if (class_weights.empty()) return;
  if (static_cast<std::int64_t>(class_weights.size()) != classes)
    throw Error(Code::usage, {.option = "loss.weight"},
                fmt::format("loss.weight has {} numbers and the data {} classes; expected one "
                            "number per class, in their order",
                            class_weights.size(), classes));
  if (std::ranges::none_of(class_weights, [](double weight) { return weight > 0; }))
    throw Error(Code::usage, {.option = "loss.weight"},
                "loss.weight is all 0, so nothing would be learned; expected at least one above 0");
}

at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& targets,
                         const at::Tensor& labelled) {
  return evaluate(CrossEntropy{}, {.logits = logits, .targets = targets, .labelled = labelled});
}

at::Tensor evaluate(const CrossEntropy& options, const Inputs& inputs) {
  auto loss = mean_of(options, inputs,
                      options.label_smoothing
                          ? smooth(inputs.targets, *options.label_smoothing, inputs.prior)
                          : inputs.targets);
  if (!options.confidence_penalty) return loss;
  return loss.add(
      mean_over_rows(confidence_penalties(*options.confidence_penalty, inputs.logits), inputs));
}

at::Tensor row_weights(const CrossEntropy& options, const at::Tensor& targets) {
  if (options.class_weights.empty()) return at::ones({targets.size(0)}, targets.options());
  return targets.mul(weights_of_classes(options, targets)).sum(1);
}

}  // namespace temper::loss

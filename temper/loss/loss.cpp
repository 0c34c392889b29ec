#include "temper/loss/loss.h"

#include <ATen/ops/sum.h>
#include <ATen/ops/where.h>
#include <fmt/format.h>

#include <algorithm>

#include "temper/core/error.h"

namespace temper::loss {
namespace {

at::Tensor evaluate(const CrossEntropy& loss, const Inputs& inputs) {
  return cross_entropy(loss, inputs);
}
at::Tensor evaluate(const Poly1& loss, const Inputs& inputs) {
  return poly1(loss, inputs);
}
at::Tensor evaluate(const Focal& loss, const Inputs& inputs) {
  return focal(loss, inputs);
}
at::Tensor evaluate(const Bce& loss, const Inputs& inputs) {
  return bce(loss, inputs);
}
at::Tensor evaluate(const Mse& loss, const Inputs& inputs) {
  return mse(loss, inputs);
}
at::Tensor evaluate(const Huber& loss, const Inputs& inputs) {
  return huber(loss, inputs);
}
at::Tensor evaluate(const Custom& loss, const Inputs& inputs) {
  return custom(loss, inputs);
}

const LabelSmoothing* smoothing_of(const Loss& loss) {
  return std::visit(
      [](const auto& alternative) -> const LabelSmoothing* {
        if constexpr (requires { alternative.label_smoothing; })
          return alternative.label_smoothing ? &*alternative.label_smoothing : nullptr;
        else
          return nullptr;
      },
      loss);
}

}  // namespace

at::Tensor compute(const Loss& loss, const Inputs& inputs) {
  return std::visit([&](const auto& alternative) { return evaluate(alternative, inputs); }, loss);
}

Counts count(const Loss& loss, const at::Tensor& targets, const at::Tensor& labelled) {
  const double rows =
      labelled.defined() ? labelled.sum().item<double>() : static_cast<double>(targets.size(0));
  const auto* entropy = std::get_if<CrossEntropy>(&loss);
  if (entropy == nullptr || entropy->class_weights.empty()) return {rows, rows};
  const auto weights = row_weights(*entropy, targets);
  const auto counting = labelled.defined() ? at::where(labelled, weights, 0.0) : weights;
  return {rows, counting.sum().item<double>()};
}

bool needs_batch_counts(const Loss& loss) {
  const auto* entropy = std::get_if<CrossEntropy>(&loss);
  return entropy != nullptr && !entropy->class_weights.empty() &&
         entropy->weighted_mean == WeightedMean::weights;
}

void check(const Loss& loss, std::int64_t classes) {
  if (const auto* smoothing = smoothing_of(loss); smoothing != nullptr && classes < 2)
    throw Error(Code::usage,
                fmt::format("label_smoothing: found {} class, expected at least 2", classes));
  if (const auto* focal = std::get_if<Focal>(&loss)) check(*focal);
  const auto* entropy = std::get_if<CrossEntropy>(&loss);
  if (entropy == nullptr || entropy->class_weights.empty()) return;
  const auto& weights = entropy->class_weights;
  if (static_cast<std::int64_t>(weights.size()) != classes)
    throw Error(Code::usage, fmt::format("weight has {} numbers and the data {} classes; "
                                         "expected one number per class, in their order",
                                         weights.size(), classes));
  if (std::ranges::none_of(weights, [](double weight) { return weight > 0; }))
    throw Error(Code::usage,
                "weight is all 0, so nothing would be learned; expected at "
                "least one above 0");
}

bool needs_prior(const Loss& loss) {
  const auto* smoothing = smoothing_of(loss);
  return smoothing != nullptr && smoothing->form == SmoothingForm::unigram;
}

}  // namespace temper::loss

template temper::Slot temper::slot(temper::loss::Loss& value);

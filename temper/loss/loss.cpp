#include "temper/loss/loss.h"

#include <ATen/ops/sum.h>
#include <ATen/ops/where.h>
#include <fmt/format.h>

#include "temper/core/error.h"

namespace temper::loss {
namespace {

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

/// The weight of each row; undefined where all are 1.
at::Tensor weights_of_rows(const Loss& loss, const at::Tensor& targets) {
  return std::visit(
      [&](const auto& alternative) -> at::Tensor {
        if constexpr (requires { alternative.class_weights; })
          if (!alternative.class_weights.empty()) return row_weights(alternative, targets);
        return {};
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
  const auto weights = weights_of_rows(loss, targets);
  if (!weights.defined()) return {rows, rows};
  const auto counting = labelled.defined() ? at::where(labelled, weights, 0.0) : weights;
  return {rows, counting.sum().item<double>()};
}

bool needs_batch_counts(const Loss& loss) {
  return std::visit(
      [](const auto& alternative) {
        if constexpr (requires { alternative.class_weights; })
          return !alternative.class_weights.empty() &&
                 alternative.weighted_mean == WeightedMean::weights;
        else
          return false;
      },
      loss);
}

void check(const Loss& loss, std::int64_t classes) {
  if (const auto* smoothing = smoothing_of(loss); smoothing != nullptr && classes < 2)
    throw Error(Code::usage, {.option = "loss.label_smoothing"},
                fmt::format("loss.label_smoothing: found {} class, expected at least 2", classes));
  std::visit(
      [&](const auto& alternative) {
        if constexpr (requires { alternative.check(classes); }) alternative.check(classes);
      },
      loss);
}

bool needs_prior(const Loss& loss) {
  const auto* smoothing = smoothing_of(loss);
  return smoothing != nullptr && smoothing->form == SmoothingForm::unigram;
}

}  // namespace temper::loss

template temper::Slot temper::slot(temper::loss::Loss& value);

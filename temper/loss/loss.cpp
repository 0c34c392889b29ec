#include "temper/loss/loss.h"

#include <ATen/ops/nonzero.h>

#include "temper/core/error.h"

namespace temper::loss {
namespace {

at::Tensor evaluate(const CrossEntropy& loss, const at::Tensor& logits, const at::Tensor& targets,
                    const at::Tensor& labelled) {
  return cross_entropy(
      logits, loss.label_smoothing ? smooth(targets, *loss.label_smoothing) : targets, labelled);
}

at::Tensor evaluate(const Custom& loss, const at::Tensor& logits, const at::Tensor& targets,
                    const at::Tensor& labelled) {
  if (!loss.function)
    throw Error(Code::usage,
                "loss.kind = \"custom\" is for programs that bring a function of their own; "
                "a recipe file alone can use cross_entropy");
  if (!labelled.defined()) return loss.function(logits, targets);
  const auto rows = labelled.nonzero().squeeze(1);
  return loss.function(logits.index_select(0, rows), targets.index_select(0, rows));
}

}  // namespace

at::Tensor compute(const Loss& loss, const at::Tensor& logits, const at::Tensor& targets,
                   const at::Tensor& labelled) {
  return std::visit(
      [&](const auto& alternative) { return evaluate(alternative, logits, targets, labelled); },
      loss);
}

}  // namespace temper::loss

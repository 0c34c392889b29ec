#include "temper/loss/custom.h"

#include <ATen/ops/index_select.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/nonzero.h>
#include <ATen/ops/sum.h>

#include "temper/core/error.h"

namespace temper::loss {

at::Tensor evaluate(const Custom& options, const Inputs& inputs) {
  if (!options.function)
    throw Error(Code::usage, {.option = "loss.kind"},
                "loss.kind = \"custom\" needs a function that a C++ program provides; in a recipe "
                "file choose another kind, see 'temper list loss'");
  auto logits = inputs.logits;
  auto targets = inputs.targets;
  if (inputs.labelled.defined()) {
    const auto rows = inputs.labelled.nonzero().squeeze(1);
    logits = logits.index_select(0, rows);
    targets = targets.index_select(0, rows);
  }
  if (logits.size(0) == 0) return logits.sum();
  const auto loss = options.function(logits, targets);
  return inputs.whole ? loss.mul(static_cast<double>(logits.size(0)) / inputs.whole->rows) : loss;
}

}  // namespace temper::loss

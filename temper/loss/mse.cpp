#include "temper/loss/mse.h"

#include <ATen/ops/add.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/square.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/where.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "temper/core/error.h"
#include "temper/loss/mean.h"

namespace temper::loss {

at::Tensor errors(const Inputs& inputs, double scale) {
  if (inputs.logits.sizes() != inputs.targets.sizes())
    throw Error(Code::usage, fmt::format("the network's output has shape [{}] and the targets have "
                                         "shape [{}]; expected the same shape",
                                         fmt::join(inputs.logits.sizes(), ", "),
                                         fmt::join(inputs.targets.sizes(), ", ")));
  const auto values = wide(inputs.logits);
  auto difference = values.sub(inputs.targets.to(values.options()), scale);
  if (!inputs.labelled.defined()) return difference;
  return at::where(inputs.labelled.unsqueeze(1), difference, 0.0);
}

at::Tensor evaluate(const Mse& options, const Inputs& inputs) {
  auto squares = errors(inputs, options.true_value).square();
  if (options.true_weight != 1)
    squares = squares.mul(inputs.targets.to(squares.options()).mul(options.true_weight - 1).add(1));
  return mean_over_rows(squares.mean(1), inputs);
}

}  // namespace temper::loss

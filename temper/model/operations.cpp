#include "temper/model/operations.h"

#include <ATen/ops/add.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/hardsigmoid.h>
#include <ATen/ops/hardswish.h>
#include <ATen/ops/hardtanh.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/tensor.h>

#include <string>
#include <utility>

namespace temper::model {
namespace {

at::Tensor apply(at::Tensor x, Activation function) {
  switch (function) {
    case Activation::none:
      return x;
    case Activation::relu:
      return x.relu_();
    case Activation::relu6:
      return at::hardtanh(x, 0, 6);
    case Activation::silu:
      return at::silu(x);
    case Activation::gelu:
      return at::gelu(x);
    case Activation::hardswish:
      return at::hardswish(x);
    case Activation::sigmoid:
      return at::sigmoid(x);
    case Activation::hardsigmoid:
      return at::hardsigmoid(x);
  }
  return x;
}

/// With one reflected row (dim 2) or column (dim 3) at either end.
at::Tensor reflected(const at::Tensor& x, std::int64_t dim) {
  const auto side = x.size(dim);
  const std::int64_t first = side > 1 ? 1 : 0;
  return at::cat({x.narrow(dim, first, 1), x, x.narrow(dim, side - 1 - first, 1)}, dim);
}

}  // namespace

Value activate(Value x, Activation function) {
  if (function == Activation::none) return x;
  if (x.recorded())
    return x.then({.operation = Operation::activation, .function = std::string(name_of(function))});
  return apply(x.tensor(), function);
}

Value add(const Value& x, const Value& y, Activation function) {
  if (x.recorded()) return activate(x.then({.operation = Operation::add}, y), function);
  return apply(x.tensor().add(y.tensor()), function);
}

Value multiply(const Value& x, double factor) {
  if (factor == 1) return x;
  if (x.recorded()) return x.then({.operation = Operation::multiply, .factor = factor});
  return x.tensor().mul(factor);
}

Value multiply(const Value& x, const Value& scale) {
  if (x.recorded()) return x.then({.operation = Operation::multiply}, scale);
  const auto& factors = scale.tensor();
  return x.tensor().mul(factors.view({factors.size(0), factors.size(1), 1, 1}));
}

Value max_pool(const Value& x, const Window& window) {
  if (x.recorded())
    return x.then({.operation = Operation::max_pool,
                   .shape = window.output(x.shape(), x.shape().channels),
                   .window = window});
  return at::max_pool2d(x.tensor(), {window.kernel, window.kernel}, {window.stride, window.stride},
                        {window.padding, window.padding});
}

Value average_pool(const Value& x) {
  const auto half = [](std::int64_t side) { return (side + 1) / 2; };
  if (x.recorded())
    return x.then({.operation = Operation::average_pool,
                   .shape = {x.shape().channels, half(x.shape().height), half(x.shape().width)},
                   .window = {.kernel = 2, .stride = 2}});
  return at::avg_pool2d(x.tensor(), {2, 2}, {2, 2}, {0, 0}, /*ceil_mode=*/true,
                        /*count_include_pad=*/false);
}

Value blur_pool(const Value& x) {
  constexpr Window window{.kernel = 3, .stride = 2, .padding = 1};
  if (x.recorded())
    return x.then({.operation = Operation::blur_pool,
                   .shape = window.output(x.shape(), x.shape().channels),
                   .window = window});
  const auto& input = x.tensor();
  const auto channels = input.size(1);
  const auto row = at::tensor({0.25F, 0.5F, 0.25F});
  const auto filter = row.outer(row).to(input.options()).expand({channels, 1, 3, 3});
  return at::convolution(reflected(reflected(input, 2), 3), filter, {}, {2, 2}, {0, 0}, {1, 1},
                         /*transposed=*/false, {0, 0}, channels);
}

Value mean(const Value& x) {
  if (x.recorded())
    return x.then({.operation = Operation::mean, .shape = {.channels = x.shape().channels}});
  return x.tensor().mean({2, 3});
}

Value pad(const Value& x, const std::array<std::int64_t, 4>& sides) {
  if (!x.recorded()) return at::constant_pad_nd(x.tensor(), sides);
  const auto& [left, right, top, bottom] = sides;
  const auto& [channels, height, width] = x.shape();
  return x.then({.operation = Operation::pad,
                 .shape = {channels, height + top + bottom, width + left + right},
                 .sides = sides});
}

Value pad_channels(const Value& x, std::int64_t count) {
  if (count == 0) return x;
  if (!x.recorded()) return at::constant_pad_nd(x.tensor(), {0, 0, 0, 0, 0, count});
  const auto& [channels, height, width] = x.shape();
  return x.then(
      {.operation = Operation::pad, .shape = {channels + count, height, width}, .appended = count});
}

}  // namespace temper::model

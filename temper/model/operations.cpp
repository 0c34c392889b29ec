#include "temper/model/operations.h"

#include <ATen/ops/add.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/hardswish.h>
#include <ATen/ops/hardtanh.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu.h>

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
  }
  return x;
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

}  // namespace temper::model

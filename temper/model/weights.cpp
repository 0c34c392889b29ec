#include "temper/model/weights.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "temper/core/random.h"

namespace temper::model {
namespace {

template <class Draw>
at::Tensor filled(at::IntArrayRef shape, const Draw& draw) {
  auto tensor = at::empty(shape, at::kFloat);
  auto* values = tensor.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < tensor.numel(); ++i) values[i] = static_cast<float>(draw());
  return tensor;
}

/// The standard deviation of a standard normal variable truncated at two deviations.
constexpr double kDeviationOfTruncated = 0.87962566103423978;

double truncated(Random& random) {
  double value = random.normal();
  while (std::abs(value) > 2) value = random.normal();
  return value;
}

/// The first filters, one for each input channel: 1 at the center for that channel, 0 elsewhere.
void pass_channels_on(const at::Tensor& filters) {
  const auto count = std::min(filters.size(0), filters.size(1));
  filters.narrow(0, 0, count).zero_();
  for (std::int64_t i = 0; i < count; ++i)
    filters.select(0, i)
        .select(0, i)
        .select(0, filters.size(2) / 2)
        .select(0, filters.size(3) / 2)
        .fill_(1);
}

}  // namespace

at::Tensor channels_last(const at::Tensor& tensor) {
  auto result = at::empty(tensor.sizes(), tensor.options(), at::MemoryFormat::ChannelsLast);
  return result.copy_(tensor);
}

at::Tensor Weights::filters(std::string_view name, at::IntArrayRef shape,
                            std::int64_t groups) const {
  Random random(seed_, Purpose::initialise, {coordinate(name)});
  const auto area = static_cast<double>(shape[2] * shape[3]);
  const auto fan_in = static_cast<double>(shape[1]) * area;
  switch (init_) {
    case Initialisation::convnext:
      return filled(shape, [&] { return 0.02 * random.normal(); });
    case Initialisation::tensorflow: {
      const double deviation = std::sqrt(1 / fan_in) / kDeviationOfTruncated;
      return filled(shape, [&] { return deviation * truncated(random); });
    }
    case Initialisation::dirac: {
      const double bound = 1 / std::sqrt(fan_in);
      auto values = filled(shape, [&] { return random.uniform(-bound, bound); });
      pass_channels_on(values);
      return values;
    }
    case Initialisation::pytorch:
    case Initialisation::efficientnet:
      break;
  }
  const auto out = init_ == Initialisation::efficientnet ? shape[0] / groups : shape[0];
  const double deviation = std::sqrt(2 / (static_cast<double>(out) * area));
  return filled(shape, [&] { return deviation * random.normal(); });
}

CastParameter Weights::convolution(std::string name, at::IntArrayRef shape, std::int64_t groups) {
  auto values = filters(name, shape, groups);
  return add_cast(std::move(name), std::move(values), ParameterKind::weight);
}

CastParameter Weights::fixed_convolution(std::string name, at::IntArrayRef shape,
                                         std::int64_t groups) {
  const auto values = channels_last(filters(name, shape, groups));
  return CastParameter(fixed(std::move(name), values));
}

CastParameter Weights::convolution_bias(std::string name, std::int64_t out, std::int64_t fan_in) {
  if (init_ == Initialisation::pytorch)
    return linear(std::move(name), {out}, fan_in, ParameterKind::bias);
  return add_cast(std::move(name), at::zeros({out}), ParameterKind::bias);
}

CastParameter Weights::linear(std::string name, at::IntArrayRef shape, std::int64_t in,
                              ParameterKind kind, std::optional<Initialisation> init) {
  const auto as = init.value_or(init_);
  const bool as_pytorch = as == Initialisation::pytorch || as == Initialisation::dirac;
  if (!as_pytorch && kind == ParameterKind::bias)
    return add_cast(std::move(name), at::zeros(shape), kind);
  Random random(seed_, Purpose::initialise, {coordinate(name)});
  if (as == Initialisation::tensorflow)
    return add_cast(std::move(name), filled(shape, [&] { return 0.01 * random.normal(); }), kind);
  if (as == Initialisation::convnext)
    return add_cast(std::move(name), filled(shape, [&] { return 0.02 * random.normal(); }), kind);
  const auto fan = as == Initialisation::efficientnet ? shape[0] : in;
  const double bound = 1 / std::sqrt(static_cast<double>(fan));
  return add_cast(std::move(name), filled(shape, [&] { return random.uniform(-bound, bound); }),
                  kind);
}

at::Tensor Weights::constant(std::string name, at::IntArrayRef shape, double value,
                             ParameterKind kind) {
  return add(std::move(name), at::full(shape, value, at::kFloat), kind);
}

at::Tensor Weights::buffer(std::string name, const at::Tensor& value) {
  buffers_.push_back({.name = std::move(name), .value = value});
  return value;
}

at::Tensor Weights::fixed(std::string name, const at::Tensor& value) {
  buffers_.push_back({.name = std::move(name), .value = value, .fixed = true});
  return value;
}

at::Tensor Weights::add(std::string name, at::Tensor value, ParameterKind kind) {
  if (value.dim() == 4) value = channels_last(value);
  value.set_requires_grad(true);
  parameters_.push_back({std::move(name), value, kind, layer_});
  return value;
}

CastParameter Weights::add_cast(std::string name, at::Tensor value, ParameterKind kind) {
  CastParameter result(add(std::move(name), std::move(value), kind));
  parameters_.back().copy = result.copy();
  return result;
}

void Weights::freeze_below(std::int64_t layer) {
  for (const auto& parameter : parameters_)
    parameter.value.set_requires_grad(parameter.layer >= layer);
}

void Weights::to(at::Device device) {
  // The tensors keep their identity, so the layers that hold them see the move.
  const at::NoGradGuard guard;
  for (const auto& parameter : parameters_) parameter.value.set_data(parameter.value.to(device));
  for (const auto& buffer : buffers_) buffer.value.set_data(buffer.value.to(device));
}

}  // namespace temper::model

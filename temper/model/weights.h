#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "temper/model/cast_parameter.h"
#include "temper/model/network.h"

namespace temper::model {

/// A copy of an [out, in, h, w] tensor whose strides are channels-last even where sizes of 1 make
/// them ambiguous: kernels take the layout from the strides.
at::Tensor channels_last(const at::Tensor& tensor);

/// Makes the tensors of a network during its construction, and owns the lists of them. Random
/// values are drawn at an address of the seed and the parameter's name, in the order of the
/// elements, so that other parameters don't change them.
class Weights {
 public:
  explicit Weights(std::uint64_t seed) : seed_(seed) {}

  CastParameter normal(std::string name, at::IntArrayRef shape, double deviation);
  /// Uniform in [-bound, bound).
  CastParameter uniform(std::string name, at::IntArrayRef shape, double bound, ParameterKind kind);
  at::Tensor constant(std::string name, at::IntArrayRef shape, double value, ParameterKind kind);
  at::Tensor buffer(std::string name, const at::Tensor& value);

  /// Parameters made after this call belong to the next layer; the first belong to layer 0.
  void begin_layer() { ++layer_; }
  [[nodiscard]] std::int64_t layer() const { return layer_; }

  /// Parameters of layers below `layer` don't require a gradient; all others do.
  void freeze_below(std::int64_t layer);

  void to(at::Device device);

  [[nodiscard]] const std::vector<Parameter>& parameters() const { return parameters_; }
  [[nodiscard]] const std::vector<Buffer>& buffers() const { return buffers_; }

 private:
  at::Tensor add(std::string name, at::Tensor value, ParameterKind kind);
  CastParameter add_cast(std::string name, at::Tensor value, ParameterKind kind);

  std::uint64_t seed_;
  std::int64_t layer_ = 0;
  std::vector<Parameter> parameters_;
  std::vector<Buffer> buffers_;
};

}  // namespace temper::model

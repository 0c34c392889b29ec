#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "temper/model/cast_parameter.h"
#include "temper/model/initialisation.h"
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
  explicit Weights(std::uint64_t seed, Initialisation init = Initialisation::pytorch)
      : seed_(seed), init_(init) {}

  /// The weight of a convolution. pytorch: normal with variance 2 / fan_out, in which the groups
  /// are disregarded (arXiv:1502.01852); efficientnet: likewise, with the fan-out of one group;
  /// tensorflow: normal with variance 1 / fan_in, truncated at two deviations; convnext: normal
  /// with deviation 0.02; dirac: uniform in +-1 / sqrt(fan_in) as torch.nn.Conv2d, but filter i <
  /// in / groups, where there are that many, passes channel i on unchanged, as
  /// torch.nn.init.dirac_ makes it.
  /// @param shape  [out, in / groups, height, width]
  CastParameter convolution(std::string name, at::IntArrayRef shape, std::int64_t groups);
  /// The same numbers as a buffer: a weight that is not trained.
  CastParameter fixed_convolution(std::string name, at::IntArrayRef shape, std::int64_t groups);
  /// The bias of a convolution. pytorch: uniform in +-1 / sqrt(fan_in) as torch.nn.Conv2d; else 0.
  CastParameter convolution_bias(std::string name, std::int64_t out, std::int64_t fan_in);
  /// The weight or bias of a linear layer. pytorch, dirac: uniform in +-1 / sqrt(in); efficientnet:
  /// in +-1 / sqrt(out), the bias 0; tensorflow: normal with deviation 0.01, the bias 0; convnext:
  /// as a convolution's, the bias 0.
  /// @param init  for a layer that starts otherwise than the network's others
  CastParameter linear(std::string name, at::IntArrayRef shape, std::int64_t in, ParameterKind kind,
                       std::optional<Initialisation> init = std::nullopt);
  at::Tensor constant(std::string name, at::IntArrayRef shape, double value, ParameterKind kind);
  /// A statistic of the batches, or a counter.
  at::Tensor buffer(std::string name, const at::Tensor& value);
  /// A weight that is not trained.
  at::Tensor fixed(std::string name, const at::Tensor& value);

  /// Parameters made after this call belong to the next layer; the first belong to layer 0.
  void begin_layer() { ++layer_; }
  [[nodiscard]] std::int64_t layer() const { return layer_; }

  /// Parameters of layers below `layer` don't require a gradient; all others do.
  void freeze_below(std::int64_t layer);

  void to(at::Device device);

  [[nodiscard]] const std::vector<Parameter>& parameters() const { return parameters_; }
  [[nodiscard]] const std::vector<Buffer>& buffers() const { return buffers_; }

 private:
  [[nodiscard]] at::Tensor filters(std::string_view name, at::IntArrayRef shape,
                                   std::int64_t groups) const;
  at::Tensor add(std::string name, at::Tensor value, ParameterKind kind);
  CastParameter add_cast(std::string name, at::Tensor value, ParameterKind kind);

  std::uint64_t seed_;
  Initialisation init_;
  std::int64_t layer_ = 0;
  std::vector<Parameter> parameters_;
  std::vector<Buffer> buffers_;
};

}  // namespace temper::model

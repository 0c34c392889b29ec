#pragma once
#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "temper/deploy/onnx_builder.h"
#include "temper/model/graph.h"

namespace temper::deploy {

/// Parameters and buffers by name.
using Tensors = std::map<std::string, at::Tensor>;

/// Adds the nodes of a network's graph to a model, one operation after another.
class OnnxConverter {
 public:
  /// The graph, the tensors and the builder must outlive the converter.
  /// @param fold_batchnorm  merge BatchNorm layers into the convolutions before them
  OnnxConverter(const model::Graph& graph, const Tensors& tensors, bool fold_batchnorm,
                OnnxBuilder& builder);

  /// @param images  the value that the network's input is
  /// @return the value that is its output
  std::string convert(const std::string& images);

 private:
  /// A value of the model. Vectors, [batch, channels], have rank 2 and maps rank 4.
  struct Result {
    std::string name;
    int rank = 4;
  };
  struct Filter {
    at::Tensor weight;
    at::Tensor bias;  ///< undefined: none
  };

  void find_folded();
  void find_absorbed_pads();

  Result converted(std::size_t i);
  Result convolution(std::size_t i);
  std::string normalization(const model::Node& node);
  std::string layer_normalization(const model::Node& node);
  std::string activation(const model::Node& node);
  std::string linear(const model::Node& node);
  std::string max_pool(const model::Node& node);
  std::string average_pool(const model::Node& node);
  std::string blur_pool(const model::Node& node);
  std::string mean(const model::Node& node);
  std::string multiply(const model::Node& node);
  std::string scale(const model::Node& node);
  std::string pad(const model::Node& node);

  [[nodiscard]] const Result& input(const model::Node& node) const {
    return values_[node.inputs.front()];
  }
  /// The function of a value and a constant.
  std::string with_scalar(const std::string& op, const std::string& x, double value);
  std::string reflected(const std::string& x, const model::Shape& shape);
  [[nodiscard]] at::Tensor tensor(const model::Node& node, const std::string& name) const;
  /// Undefined where the layer has none.
  [[nodiscard]] at::Tensor bias(const model::Node& node) const;
  [[nodiscard]] Filter filter(std::size_t i) const;

  const model::Graph& graph_;
  const Tensors& tensors_;
  OnnxBuilder& builder_;
  std::vector<std::vector<std::size_t>> readers_;  ///< of each node
  std::vector<std::optional<std::size_t>> norm_;   ///< that is merged into each node
  std::vector<bool> merged_;                       ///< nodes that have the value of their input
  std::vector<Result> values_;
};

}  // namespace temper::deploy

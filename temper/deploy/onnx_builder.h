#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "temper/io/format/onnx_file.h"

namespace temper::deploy {

/// A model and the tensors that own the bytes of its initializers.
struct OnnxGraph {
  io::OnnxModel model;
  std::vector<at::Tensor> tensors;
};

/// Adds nodes and initializers to a model, under unique names.
class OnnxBuilder {
 public:
  /// @param reserved  names of the model's inputs and outputs
  OnnxBuilder(std::int64_t opset, std::set<std::string> reserved);

  /// Appends a node with one output. Throws Error{Code::usage} where the opset has no such
  /// operator.
  /// @param name  of the node, or the start of it
  /// @return the name of its output
  std::string add(const std::string& name, const std::string& op, std::vector<std::string> inputs,
                  std::vector<io::OnnxAttribute> attributes = {});
  /// Renames the output of the last node, which nothing has read yet.
  void name_output(const std::string& name);

  /// An initializer of type float32. @return its name
  std::string constant(const std::string& name, const at::Tensor& value);
  /// A float32 scalar, stored once however often it is asked for. @return its name
  std::string scalar(double value);
  /// A list of int64, stored once. @return its name
  std::string integers(const std::vector<std::int64_t>& values);
  /// constant() for a value that is the same whenever the name is; stored once. @return the name
  std::string shared(const std::string& name, const at::Tensor& value);

  /// The model without its inputs, outputs and metadata. The builder is empty afterwards.
  OnnxGraph take();

 private:
  std::string unique(const std::string& name);
  void store(const std::string& name, const at::Tensor& value, io::Dtype dtype);

  OnnxGraph graph_;
  std::set<std::string> used_;
  std::set<std::string> shared_;
};

}  // namespace temper::deploy

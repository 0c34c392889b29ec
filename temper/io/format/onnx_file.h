#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "temper/io/format/safetensors.h"

/// Models as files of ONNX (https://onnx.ai/onnx/repo-docs/IR.html), in plain structs: a list of
/// operator calls on named values, with tensors. What the operators mean is at
/// https://onnx.ai/onnx/operators/.
namespace temper::io {

/// An attribute of a node. A double is stored as a 32-bit number, as ONNX has it.
struct OnnxAttribute {
  std::string name;
  std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>> value;
};

/// A call of an operator of ONNX's own set, ai.onnx.
struct OnnxNode {
  std::string name;                  ///< unique
  std::string op;                    ///< "Conv"
  std::vector<std::string> inputs;   ///< values and initializers; "": an optional one left out
  std::vector<std::string> outputs;  ///< values, each written by one node
  std::vector<OnnxAttribute> attributes = {};
};

/// A dimension: its size, or the name of one that is known only when the model is run ("batch").
using OnnxDimension = std::variant<std::int64_t, std::string>;

/// An input or output of a model.
struct OnnxValue {
  std::string name;
  Dtype dtype = Dtype::f32;
  std::vector<OnnxDimension> shape;
};

struct OnnxModel {
  std::int64_t ir_version = 0;  ///< of the format itself
  std::int64_t opset = 0;       ///< of the operators
  std::string producer;
  std::string producer_version;
  std::string graph;            ///< its name, not empty
  std::vector<OnnxNode> nodes;  ///< each after those whose values it reads
  std::vector<OnnxValue> inputs;
  std::vector<OnnxValue> outputs;
  std::vector<TensorView> initializers;  ///< their bytes are owned by others
  Metadata metadata;                     ///< ONNX's metadata_props, in UTF-8
};

/// Writes the model atomically. Throws Error{Code::io}, Error{Code::usage} for a model of 2 GiB or
/// more, which a file of ONNX can't hold, and Error{Code::internal} for an initializer whose bytes
/// don't fit its shape.
void write_onnx(const std::filesystem::path& path, const OnnxModel& model);

}  // namespace temper::io

#include "temper/io/format/onnx_file.h"

#include <fmt/format.h>

#include <cstddef>
#include <limits>
#include <string_view>

#include "temper/core/error.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/io/format/onnx.pb.h"

namespace temper::io {
namespace {

constexpr std::size_t kLargest = std::numeric_limits<int>::max();  // protobuf's, in bytes

::onnx::TensorProto::DataType type_of(Dtype dtype) {
  using Proto = ::onnx::TensorProto;
  switch (dtype) {
    case Dtype::f64:
      return Proto::DOUBLE;
    case Dtype::f32:
      return Proto::FLOAT;
    case Dtype::f16:
      return Proto::FLOAT16;
    case Dtype::bf16:
      return Proto::BFLOAT16;
    case Dtype::i64:
      return Proto::INT64;
    case Dtype::i32:
      return Proto::INT32;
    case Dtype::i16:
      return Proto::INT16;
    case Dtype::i8:
      return Proto::INT8;
    case Dtype::u8:
      return Proto::UINT8;
    case Dtype::boolean:
      return Proto::BOOL;
  }
  return Proto::UNDEFINED;
}

/// Stores an attribute's value where its type has a place.
struct Store {
  ::onnx::AttributeProto* to = nullptr;

  void operator()(std::int64_t value) const {
    to->set_type(::onnx::AttributeProto::INT);
    to->set_i(value);
  }
  void operator()(double value) const {
    to->set_type(::onnx::AttributeProto::FLOAT);
    to->set_f(static_cast<float>(value));
  }
  void operator()(const std::string& value) const {
    to->set_type(::onnx::AttributeProto::STRING);
    to->set_s(value);
  }
  void operator()(const std::vector<std::int64_t>& values) const {
    to->set_type(::onnx::AttributeProto::INTS);
    for (const auto value : values) to->add_ints(value);
  }
};

void write(const OnnxNode& node, ::onnx::NodeProto& to) {
  to.set_name(node.name);
  to.set_op_type(node.op);
  for (const auto& input : node.inputs) to.add_input(input);
  for (const auto& output : node.outputs) to.add_output(output);
  for (const auto& attribute : node.attributes) {
    auto* stored = to.add_attribute();
    stored->set_name(attribute.name);
    std::visit(Store{stored}, attribute.value);
  }
}

void write(const OnnxValue& value, ::onnx::ValueInfoProto& to) {
  to.set_name(value.name);
  auto* tensor = to.mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(type_of(value.dtype));
  auto* shape = tensor->mutable_shape();
  for (const auto& dimension : value.shape) {
    auto* stored = shape->add_dim();
    if (const auto* size = std::get_if<std::int64_t>(&dimension))
      stored->set_dim_value(*size);
    else
      stored->set_dim_param(std::get<std::string>(dimension));
  }
}

void write(const TensorView& tensor, ::onnx::TensorProto& to) {
  if (size_of(tensor.dtype, tensor.shape) != tensor.bytes.size())
    throw Error(Code::internal, fmt::format("initializer '{}' has {} bytes, which is not the size "
                                            "of its shape",
                                            tensor.name, tensor.bytes.size()));
  to.set_name(tensor.name);
  to.set_data_type(type_of(tensor.dtype));
  for (const auto size : tensor.shape) to.add_dims(size);
  to.set_raw_data(tensor.bytes.data(), tensor.bytes.size());
}

::onnx::ModelProto message_of(const OnnxModel& model) {
  ::onnx::ModelProto message;
  message.set_ir_version(model.ir_version);
  message.set_producer_name(model.producer);
  message.set_producer_version(model.producer_version);
  auto* opset = message.add_opset_import();
  opset->set_domain("");
  opset->set_version(model.opset);
  auto* graph = message.mutable_graph();
  graph->set_name(model.graph);
  for (const auto& node : model.nodes) write(node, *graph->add_node());
  for (const auto& value : model.inputs) write(value, *graph->add_input());
  for (const auto& value : model.outputs) write(value, *graph->add_output());
  for (const auto& tensor : model.initializers) write(tensor, *graph->add_initializer());
  for (const auto& [name, text] : model.metadata) {
    auto* entry = message.add_metadata_props();
    entry->set_key(name);
    entry->set_value(text);
  }
  return message;
}

/// Refuses a model whose tensors alone are too large, before they are copied.
void check_size(const std::filesystem::path& path, std::size_t bytes) {
  if (bytes <= kLargest) return;
  throw Error(Code::usage, {.file = path.string()},
              fmt::format("the model has {:.1f} GiB, and a file of ONNX holds less than 2; export "
                          "a smaller network",
                          static_cast<double>(bytes) / (1U << 30U)));
}

}  // namespace

void write_onnx(const std::filesystem::path& path, const OnnxModel& model) {
  std::size_t tensors = 0;
  for (const auto& tensor : model.initializers) tensors += tensor.bytes.size();
  check_size(path, tensors);
  const auto message = message_of(model);
  check_size(path, message.ByteSizeLong());
  write_atomically(path, std::string_view(message.SerializeAsString()));
}

}  // namespace temper::io

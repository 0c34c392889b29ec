#include "temper/deploy/onnx.h"

#include <ATen/ops/tensor.h>

#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/version.h"
#include "temper/deploy/onnx_converter.h"

namespace temper::deploy {
namespace {

/// Numbers of channels, for maps: [1, c, 1, 1].
at::Tensor of_channels(const std::vector<double>& values) {
  return at::tensor(values, at::kDouble).view({1, -1, 1, 1});
}

/// Pixels, 0 to 255, as the network's input, in the order of augment::NormalisationTable.
std::string normalized(OnnxBuilder& builder, const std::string& images,
                       const augment::Normalisation& normalisation) {
  const auto scaled = builder.add("scaled", "Div", {images, builder.scalar(255)});
  const auto centered = builder.add(
      "centered", "Sub", {scaled, builder.constant("input/mean", of_channels(normalisation.mean))});
  return builder.add("normalized", "Div",
                     {centered, builder.constant("input/std", of_channels(normalisation.std))});
}

/// What follows the network's own output.
void finish(OnnxBuilder& builder, const std::string& output, const OnnxOptions& options) {
  auto x = output;
  if (!options.scale.mean.empty()) {
    const auto& [mean, deviation] = options.scale;
    const auto factor = builder.constant("targets/deviation", at::tensor(deviation, at::kDouble));
    const auto shift = builder.constant("targets/mean", at::tensor(mean, at::kDouble));
    x = builder.add("units", "Add", {builder.add("deviations", "Mul", {x, factor}), shift});
  }
  if (options.softmax) {
    if (options.temperature != 1)
      x = builder.add("temperature", "Div", {x, builder.scalar(options.temperature)});
    x = builder.add("softmax", "Softmax", {x}, {{"axis", std::int64_t{1}}});
  }
  builder.name_output(output_name(options));
}

}  // namespace

std::string output_name(const OnnxOptions& options) {
  if (!options.scale.mean.empty()) return "values";
  return options.softmax ? "probabilities" : "logits";
}

OnnxGraph to_onnx(model::Network& network, const model::Task& task, const OnnxOptions& options) {
  const auto graph = network.graph(task);
  if (!graph || graph->nodes.size() < 2)
    throw Error(Code::usage,
                "the network is a program's own module, which has no graph that could be written "
                "as a model of ONNX; make it of temper's layers (model/layered_network.h)");
  Tensors tensors;
  for (const auto& parameter : network.parameters()) tensors[parameter.name] = parameter.value;
  for (const auto& buffer : network.buffers()) tensors[buffer.name] = buffer.value;

  const auto output = output_name(options);
  OnnxBuilder builder(options.opset, {kOnnxInput, output});
  auto images = std::string(kOnnxInput);
  if (options.normalisation) images = normalized(builder, images, *options.normalisation);
  finish(builder, OnnxConverter(*graph, tensors, options.fold_batchnorm, builder).convert(images),
         options);

  const std::string batch = "batch";  // of any size
  auto made = builder.take();
  made.model.producer = "temper";
  made.model.producer_version = kVersion;
  made.model.graph = "network";
  made.model.inputs.push_back({.name = kOnnxInput,
                               .dtype = io::Dtype::f32,
                               .shape = {batch, task.channels, task.height, task.width}});
  made.model.outputs.push_back(
      {.name = output, .dtype = io::Dtype::f32, .shape = {batch, task.classes}});
  return made;
}

}  // namespace temper::deploy

#include "temper/report/inspection_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "temper/core/grouped.h"

namespace temper::report {
namespace {

constexpr double kMiB = 1 << 20;
constexpr std::int64_t kMomentum = 1, kMoments = 2;  // values that SGD and Adam keep a parameter

std::string size_text(const model::Shape& shape) {
  if (shape.height == 1 && shape.width == 1) return fmt::format("{}", shape.channels);
  return fmt::format("{} x {} x {}", shape.channels, shape.height, shape.width);
}

std::string memory_text(std::int64_t bytes) {
  return fmt::format("{} MiB", grouped(std::llround(static_cast<double>(bytes) / kMiB)));
}

std::int64_t elements(const io::TensorView& tensor) {
  return static_cast<std::int64_t>(tensor.bytes.size() / io::size_of(tensor.dtype));
}

}  // namespace

std::string to_text(const model::Inspection& inspection, std::int64_t batch) {
  std::size_t wide = 5;
  for (const auto& layer : inspection.layers) wide = std::max(wide, layer.name.size());
  auto text = fmt::format("{:{}}  {:19}  {:>16}  {:>13}  {:>15}\n", "layer", wide, "operation",
                          "output", "parameters", "multiply-adds");
  for (const auto& layer : inspection.layers)
    text += fmt::format("{:{}}  {:19}  {:>16}  {:>13}  {:>15}\n", layer.name, wide,
                        name_of(layer.operation), size_text(layer.shape),
                        layer.parameters == 0 ? "" : grouped(layer.parameters),
                        layer.multiply_adds == 0 ? "" : grouped(layer.multiply_adds));
  const auto& task = inspection.task;
  text += fmt::format("\ninput            {} x {} x {}, {} classes\n", task.channels, task.height,
                      task.width, task.classes);
  const auto fixed = inspection.fixed == 0 ? ""
                                           : fmt::format(", {} weights that are not trained",
                                                         grouped(inspection.fixed));
  text += fmt::format("parameters       {}{}, and {} running statistics\n",
                      grouped(inspection.parameters), fixed,
                      grouped(inspection.buffers - inspection.fixed));
  text += fmt::format("multiply-adds    {} an image, forward\n", grouped(inspection.multiply_adds));
  text += fmt::format("receptive field  {} pixels\n", inspection.receptive_field);
  text += fmt::format(
      "memory           batch {}, fp32: about {} in evaluation; in training {} with SGD and "
      "momentum, {} with Adam\n                 (weights and activations; `temper train --dry-run` "
      "measures a run's)\n",
      batch, memory_text(evaluation_bytes(inspection, batch)),
      memory_text(training_bytes(inspection, batch, kMomentum)),
      memory_text(training_bytes(inspection, batch, kMoments)));
  return text;
}

nlohmann::ordered_json to_json(const model::Inspection& inspection, std::int64_t batch) {
  auto layers = nlohmann::ordered_json::array();
  for (const auto& layer : inspection.layers)
    layers.push_back({{"name", layer.name},
                      {"operation", name_of(layer.operation)},
                      {"output", {layer.shape.channels, layer.shape.height, layer.shape.width}},
                      {"parameters", layer.parameters},
                      {"multiply_adds", layer.multiply_adds}});
  const auto& task = inspection.task;
  return {{"input", {task.channels, task.height, task.width}},
          {"classes", task.classes},
          {"parameters", inspection.parameters},
          {"buffers", inspection.buffers},
          {"fixed_weights", inspection.fixed},
          {"multiply_adds", inspection.multiply_adds},
          {"receptive_field", inspection.receptive_field},
          {"batch", batch},
          {"evaluation_bytes", evaluation_bytes(inspection, batch)},
          {"training_bytes",
           {{"sgd", training_bytes(inspection, batch, kMomentum)},
            {"adam", training_bytes(inspection, batch, kMoments)}}},
          {"layers", std::move(layers)}};
}

std::string to_text(std::span<const io::TensorView> tensors) {
  std::size_t wide = 6;
  std::int64_t count = 0, bytes = 0;
  for (const auto& tensor : tensors) {
    wide = std::max(wide, tensor.name.size());
    count += elements(tensor);
    bytes += static_cast<std::int64_t>(tensor.bytes.size());
  }
  auto text = fmt::format("{:{}}  {:5}  shape\n", "tensor", wide, "type");
  for (const auto& tensor : tensors)
    text += fmt::format("{:{}}  {:5}  [{}]\n", tensor.name, wide, name_of(tensor.dtype),
                        fmt::join(tensor.shape, ", "));
  return text + fmt::format("\n{} tensors, {} elements, {}\n", tensors.size(), grouped(count),
                            memory_text(bytes));
}

nlohmann::ordered_json to_json(std::span<const io::TensorView> tensors) {
  auto all = nlohmann::ordered_json::array();
  for (const auto& tensor : tensors)
    all.push_back({{"name", tensor.name},
                   {"type", name_of(tensor.dtype)},
                   {"shape", tensor.shape},
                   {"elements", elements(tensor)}});
  return {{"tensors", std::move(all)}};
}

}  // namespace temper::report

#include "temper/deploy/export_onnx.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/deploy/preprocess.h"
#include "temper/deploy/reference.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/io/disk/folder.h"
#include "temper/io/disk/new_files.h"
#include "temper/train/tensors.h"

namespace temper::deploy {
namespace {

namespace fs = std::filesystem;

/// The network is recorded for the size of evaluation, which may be another than training's.
model::Task task_of(const train::SavedModel& model) {
  auto task = model.task;
  const auto [height, width] = model.transform.size();
  task.height = height;
  task.width = width;
  return task;
}

/// The folder of a file; "." where the path has none.
fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

std::vector<fs::path> all_of(const OnnxFiles& files) {
  return {files.model, files.preprocess, files.picture, files.reference};
}

OnnxSummary summary_of(const OnnxGraph& graph, const OnnxOptions& options, const model::Task& task,
                       OnnxFiles files) {
  OnnxSummary summary{.files = std::move(files),
                      .opset = graph.model.opset,
                      .nodes = std::ssize(graph.model.nodes),
                      .input = {task.channels, task.height, task.width},
                      .output = output_name(options),
                      .outputs = task.classes,
                      .normalizes = options.normalisation.has_value()};
  for (const auto& tensor : graph.model.initializers) summary.bytes += std::ssize(tensor.bytes);
  return summary;
}

}  // namespace

OnnxOptions options_for(const train::SavedModel& model, const OnnxChoice& choice) {
  check_opset(choice.opset);
  if (choice.softmax) train::require_classes(model, "--softmax");
  OnnxOptions options{.opset = choice.opset,
                      .fold_batchnorm = !choice.keep_batchnorm,
                      .softmax = choice.softmax,
                      .scale = model.scale};
  if (choice.raw_input) options.normalisation = model.transform.normalisation;
  if (choice.softmax && model.temperature) options.temperature = model.temperature->fit.value;
  return options;
}

OnnxFiles onnx_files(const fs::path& model) {
  const auto folder = folder_of(model);
  return {.model = model,
          .preprocess = folder / "preprocess.json",
          .picture = folder / "reference.png",
          .reference = folder / "reference.safetensors"};
}

void require_new(const OnnxFiles& files) {
  for (const auto& file : all_of(files))
    if (fs::exists(file))
      throw Error(Code::usage, {.file = file.string()},
                  "exists already; name a file in a new folder, or remove it");
}

OnnxSummary export_onnx(train::SavedModel& model, const OnnxChoice& choice, const fs::path& file) {
  const auto options = options_for(model, choice);
  auto files = onnx_files(file);
  require_new(files);
  const auto task = task_of(model);
  auto graph = to_onnx(*model.network, task, options);
  const auto description = preprocess(model, options);
  graph.model.metadata = to_metadata(description);

  io::make_folder(folder_of(file));
  io::NewFiles written(all_of(files));
  io::write_atomically(files.preprocess, std::string_view(to_text(description)));
  const auto expected = reference(model, options);
  io::write_atomically(files.picture, io::encode_png(expected.picture));
  train::save_tensors(files.reference, std::vector<train::Named>{{"pixels", expected.pixels},
                                                                 {"input", expected.input},
                                                                 {"output", expected.output}});
  io::write_onnx(file, graph.model);
  written.keep();
  return summary_of(graph, options, task, std::move(files));
}

std::string to_text(const OnnxSummary& summary) {
  return fmt::format(
      "{}: opset {}, {} operators, {:.1f} MiB; input images [batch, {}], {}; output {} [batch, "
      "{}]\nbeside it {}, {} and {}\n",
      summary.files.model.string(), summary.opset, summary.nodes,
      static_cast<double>(summary.bytes) / (1U << 20U), fmt::join(summary.input, ", "),
      summary.normalizes ? "pixels, 0 to 255" : "normalized", summary.output, summary.outputs,
      summary.files.preprocess.filename().string(), summary.files.picture.filename().string(),
      summary.files.reference.filename().string());
}

}  // namespace temper::deploy

#include "temper/run/export.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "temper/measure/mistakes.h"
#include "temper/measure/values.h"

namespace temper::run {
namespace {

constexpr std::int64_t kMistakes = 24;

/// The image as the network sees it, but for normalization.
at::Tensor picture(const train::Plan& plan, std::int64_t row) {
  io::Picture image;
  plan.test->read(row, image);
  augment::Frame frame;
  const auto pipelines = data::pipelines_of(plan.evaluation);
  const auto& pixels = pipelines.front().pixels(image, {}, frame);
  auto tensor = at::empty({pixels.height, pixels.width, pixels.channels}, at::kByte);
  std::memcpy(tensor.mutable_data_ptr(), pixels.pixels.data(), pixels.size());
  return tensor;
}

/// The rows whose images are written.
std::vector<std::int64_t> worst(const evaluate::Predictions& predictions) {
  if (predictions.values) return measure::largest_errors(*predictions.values, kMistakes);
  std::vector<std::int64_t> rows;
  for (const auto& mistake :
       measure::most_confident_mistakes(predictions.logits, predictions.labels, kMistakes))
    rows.push_back(mistake.row);
  return rows;
}

}  // namespace

io::Metadata weights_metadata(const train::Plan& plan) {
  using nlohmann::json;
  io::Metadata metadata = augment::to_metadata(plan.transform);
  metadata.insert({{"format", "pt"},
                   {"temper.model", recipe::model_text(plan.recipe)},
                   {"temper.fingerprint", plan.fingerprint},
                   {"temper.classes", json(plan.train->classes()).dump()}});
  if (plan.is_regression()) {
    metadata["temper.values"] = json(plan.train->value_names()).dump();
    metadata["temper.value_mean"] = json(plan.scale.mean).dump();
    metadata["temper.value_deviation"] = json(plan.scale.deviation).dump();
  }
  return metadata;
}

void export_weights(const train::Plan& plan, std::span<const train::Named> tensors,
                    const std::filesystem::path& path) {
  train::save_tensors(path, tensors, weights_metadata(plan));
}

void export_predictions(const train::Plan& plan, const evaluate::Predictions& predictions,
                        const std::filesystem::path& run) {
  const auto file = run / "predictions.safetensors";
  const auto ids = at::arange(predictions.labels.size(0), at::kLong);
  if (const auto& values = predictions.values)
    train::save_tensors(
        file, std::vector<train::Named>{{"predicted", values->predicted},
                                        {"targets", values->targets},
                                        {"deviation", at::tensor(values->deviation, at::kDouble)},
                                        {"ids", ids}});
  else
    train::save_tensors(
        file, std::vector<train::Named>{
                  {"logits", predictions.logits}, {"labels", predictions.labels}, {"ids", ids}});
  const auto rows = worst(predictions);
  std::vector<at::Tensor> images;
  for (const auto row : rows) images.push_back(picture(plan, row));
  if (rows.empty()) return;
  train::save_tensors(
      run / "mistakes.safetensors",
      std::vector<train::Named>{{"images", at::stack(images)}, {"rows", at::tensor(rows)}});
}

}  // namespace temper::run

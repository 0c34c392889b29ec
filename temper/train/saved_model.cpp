#include "temper/train/saved_model.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/topk.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <algorithm>

#include "temper/augment/pipeline/pipeline.h"
#include "temper/augment/pipeline/views.h"
#include "temper/core/error.h"
#include "temper/data/loader/loader.h"
#include "temper/measure/temperature.h"
#include "temper/model/architecture.h"
#include "temper/train/foreign_model.h"
#include "temper/train/metadata_list.h"
#include "temper/train/precision.h"
#include "temper/train/pretrained_weights.h"
#include "temper/train/state.h"
#include "temper/train/weights_file.h"

namespace temper::train {

namespace fs = std::filesystem;

SavedModel load_model(const fs::path& run, const std::string& weights_asked) {
  const auto recipe_file = run / "recipe.toml";
  if (!fs::exists(recipe_file) && fs::exists(config_file(run))) {
    if (!weights_asked.empty() && weights_asked != "raw")
      throw Error(Code::usage, {.file = run.string()},
                  fmt::format("a folder with config.json has one file of weights, \"raw\", not "
                              "\"{}\"",
                              weights_asked));
    return foreign_model(run);
  }
  SavedModel model;
  model.weights = weights_asked;
  if (!fs::exists(recipe_file))
    throw Error(Code::usage, {.file = run.string()},
                fmt::format("no finished run (looked for {}); train one first",
                            recipe_file.filename().string()));
  const auto recipe = recipe::load(recipe_file);
  const auto path = weights_file(run, model.weights, recipe);
  const io::Safetensors file(path);
  model.file = path;

  model.classes = metadata_list<std::string>(file.metadata(), "temper.classes", path);
  if (file.metadata().contains("temper.values")) {
    model.value_names = metadata_list<std::string>(file.metadata(), "temper.values", path);
    model.scale = {metadata_list<double>(file.metadata(), "temper.value_mean", path),
                   metadata_list<double>(file.metadata(), "temper.value_deviation", path)};
  }
  const auto values = model.value_names.size();
  if (model.scale.mean.size() != values || model.scale.deviation.size() != values)
    throw Error(Code::data, {.file = path.string()},
                fmt::format("the metadata has {} target names, {} means and {} deviations; "
                            "expected the same number of each",
                            values, model.scale.mean.size(), model.scale.deviation.size()));
  if (values == 0 && model.classes.size() < 2)
    throw Error(Code::data, {.file = path.string()},
                "the metadata has fewer than two classes; was it written by temper?");
  // Older files have only input size and normalization.
  model.transform = augment::from_metadata(
      file.metadata(),
      {.input = {}, .decode = recipe.data.decode, .exif_orientation = recipe.data.exif_orientation},
      path.string());
  const auto built_for = model.transform.network_size();
  model.task = {model.transform.input[0], built_for.height, built_for.width,
                static_cast<std::int64_t>(values > 0 ? values : model.classes.size())};

  model.recipe = recipe;
  choose_tta(model, run, recipe.evaluation.tta);
  model.network = model::build(recipe.model, model.task, static_cast<std::uint64_t>(recipe.seed));
  load_tensors(file, train::weights(*model.network));
  model.network->train(false);
  model.network->set_format(format_here(recipe.precision));
  return model;
}

void choose_tta(SavedModel& model, const fs::path& run,
                const std::optional<recipe::TestTimeAugmentation>& tta) {
  if (tta) (void)augment::views_of(*tta, model.transform);
  if (tta && tta->below_confidence < 1) require_classes(model, "evaluation.tta.below_confidence");
  model.tta = tta;
  model.temperature.reset();
  if (model.reads_as_its_run)
    model.temperature = saved_temperature(run, model.weights, model.file, recipe::tta_text(tta));
}

at::Tensor network_input(const SavedModel& model, io::Picture& picture) {
  return network_input(model, picture, augment::View{});
}

at::Tensor network_input(const SavedModel& model, io::Picture& picture, const augment::View& view) {
  const auto pipelines = data::pipelines_of(data::evaluation_options(model.transform, view));
  augment::Frame frame;
  const auto [height, width] = model.transform.size();
  const auto input = at::empty({1, height, width, model.task.channels}, at::kFloat);
  pipelines.front()(picture, {}, frame, input.mutable_data_ptr<float>());
  return input.permute({0, 3, 1, 2});
}

at::Tensor network_input(const SavedModel& model, const io::Image& image) {
  io::Picture picture;
  picture.view(image);
  return network_input(model, picture);
}

void require_classes(const SavedModel& model, const std::string& what) {
  if (model.value_names.empty()) return;
  throw Error(Code::usage, {.file = what},
              "the run was trained on regression targets, and this needs classes; leave it out");
}

std::vector<PredictedValue> predicted_values(const SavedModel& model, const at::Tensor& outputs) {
  const auto answers = outputs.to(at::kDouble);
  std::vector<PredictedValue> values;
  for (std::size_t k = 0; k < model.value_names.size(); ++k)
    values.push_back(
        {model.value_names[k],
         answers[0][static_cast<std::int64_t>(k)].item<double>() * model.scale.deviation[k] +
             model.scale.mean[k]});
  return values;
}

std::string description_of(const SavedModel& model, std::int64_t index) {
  return model.descriptions.empty() ? "" : model.descriptions.at(static_cast<std::size_t>(index));
}

std::vector<ClassPrediction> classify(SavedModel& model, const at::Tensor& input, std::int64_t k) {
  require_classes(model, "probabilities");
  const c10::InferenceMode inference;
  return top_classes(model, model.network->forward(input), k);
}

std::vector<ClassPrediction> top_classes(const SavedModel& model, const at::Tensor& outputs,
                                         std::int64_t k) {
  const auto logits =
      model.temperature ? measure::divided(outputs, model.temperature->fit.value) : outputs;
  const auto [values, indices] =
      at::topk(at::softmax(logits, 1, at::kDouble)[0], std::min(k, model.task.classes));
  std::vector<ClassPrediction> guesses;
  for (std::int64_t i = 0; i < values.size(0); ++i) {
    const auto index = indices[i].item<std::int64_t>();
    guesses.push_back({.name = model.classes[static_cast<std::size_t>(index)],
                       .probability = values[i].item<double>(),
                       .description = description_of(model, index),
                       .index = index});
  }
  return guesses;
}

}  // namespace temper::train

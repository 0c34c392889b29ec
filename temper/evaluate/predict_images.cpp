#include "temper/evaluate/predict_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "temper/evaluate/test_time.h"
#include "temper/recipe/overloaded.h"

namespace temper::evaluate {
namespace {

using Classes = std::vector<train::ClassPrediction>;
using Values = std::vector<train::PredictedValue>;
using recipe::Overloaded;

/// What is predicted for the pictures of a batch that could be read.
class BatchPredictions {
 public:
  BatchPredictions(train::SavedModel& model, const PredictOptions& options, const at::Tensor& views)
      : model_(model), options_(options), inputs_(views[0]) {
    if (!options.mc_dropout && views.size(1) > 0) found_ = outputs_of(model, views);
  }

  [[nodiscard]] at::Tensor input(std::int64_t row) const { return inputs_.narrow(0, row, 1); }

  [[nodiscard]] ImagePrediction of(const std::string& path, std::int64_t row) const {
    if (options_.mc_dropout)
      return {path, classify_monte_carlo(model_, input(row), options_.top, *options_.mc_dropout)};
    const auto outputs = found_.outputs.narrow(0, row, 1);
    std::optional<std::int64_t> views;
    if (model_.tta) views = found_.views[static_cast<std::size_t>(row)];
    if (!model_.value_names.empty()) return {path, train::predicted_values(model_, outputs), views};
    return {path, train::top_classes(model_, outputs, options_.top), views};
  }

 private:
  train::SavedModel& model_;
  const PredictOptions& options_;
  at::Tensor inputs_;
  PictureOutputs found_;
};

/// The number of classes that are returned for a picture.
std::int64_t ranks(const train::SavedModel& model, const PredictOptions& options) {
  return std::min(options.top, model.task.classes);
}

std::string number(double value) {
  return fmt::format("{}", value);
}

}  // namespace

void predict_images(train::SavedModel& model, NextPath next, const PredictImagesOptions& options,
                    const OnPrediction& done) {
  // Monte Carlo dropout has a single view.
  auto views = options.each.mc_dropout ? std::vector<augment::View>(1) : shown_views(model);
  const auto pictures = options.batch < 1
                            ? options.batch
                            : std::max<std::int64_t>(1, options.batch / std::ssize(views));
  PictureReader reader(model.transform, std::move(next),
                       {.views = std::move(views), .batch = pictures, .threads = options.threads});
  while (const auto batch = reader.next()) {
    const BatchPredictions predicted(model, options.each, batch->views);
    for (const auto& [path, unread, row] : batch->pictures) {
      if (unread)
        done({path, *unread}, {});
      else
        done(predicted.of(path, row), predicted.input(row));
    }
  }
}

std::vector<std::string> table_columns(const train::SavedModel& model,
                                       const PredictOptions& options) {
  std::vector<std::string> columns{"image"};
  const bool classes = model.value_names.empty();
  if (!classes) columns.insert(columns.end(), model.value_names.begin(), model.value_names.end());
  for (std::int64_t i = 1; classes && i <= ranks(model, options); ++i) {
    columns.push_back(fmt::format("class_{}", i));
    if (!model.descriptions.empty()) columns.push_back(fmt::format("description_{}", i));
    columns.push_back(fmt::format("probability_{}", i));
    if (options.mc_dropout) columns.push_back(fmt::format("deviation_{}", i));
  }
  if (options.mc_dropout) columns.insert(columns.end(), {"entropy", "information"});
  if (model.tta && !options.mc_dropout) columns.emplace_back("views");
  columns.emplace_back("error");
  return columns;
}

std::vector<std::string> table_row(const ImagePrediction& prediction,
                                   const train::SavedModel& model, const PredictOptions& options) {
  std::vector<std::string> row{prediction.image};
  std::string error;
  const auto add_class = [&](const auto& one) {
    row.push_back(one.name);
    if (!model.descriptions.empty()) row.push_back(one.description);
    row.push_back(number(one.probability));
  };
  std::visit(Overloaded{[&](const Classes& classes) {
                          for (const auto& one : classes) add_class(one);
                        },
                        [&](const McDropoutPredictions& found) {
                          for (const auto& one : found.top) {
                            add_class(one);
                            row.push_back(number(one.deviation));
                          }
                          row.insert(row.end(), {number(found.entropy), number(found.information)});
                        },
                        [&](const Values& values) {
                          for (const auto& one : values) row.push_back(number(one.value));
                        },
                        [&](const UnreadImage& unread) { error = unread.reason; }},
             prediction.predicted);
  row.resize(table_columns(model, options).size() - 1);
  if (prediction.views) row.back() = fmt::format("{}", *prediction.views);
  row.push_back(std::move(error));
  return row;
}

}  // namespace temper::evaluate

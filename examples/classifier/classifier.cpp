#include "classifier.h"

#include <optional>
#include <utility>
#include <variant>

#include "temper/core/error.h"
#include "temper/evaluate/predict_image.h"
#include "temper/io/image/image.h"
#include "temper/train/saved_model.h"

using temper::Error;

struct Classifier::Loaded {
  temper::train::SavedModel model;
};

namespace {

std::vector<Classifier::Answer> answers(const std::vector<temper::train::ClassPrediction>& found) {
  std::vector<Classifier::Answer> all;
  for (const auto& one : found) all.push_back({one.name, one.probability});
  return all;
}

}  // namespace

Classifier::Classifier(const std::string& run)
    : loaded_(std::make_unique<Loaded>(Loaded{temper::train::load_model(run)})) {
  temper::train::require_classes(loaded_->model, "Classifier");
  temper::train::choose_tta(loaded_->model, run, std::nullopt);
}

Classifier::~Classifier() = default;
Classifier::Classifier(Classifier&&) noexcept = default;
Classifier& Classifier::operator=(Classifier&&) noexcept = default;

const std::vector<std::string>& Classifier::classes() const {
  return loaded_->model.classes;
}

std::vector<Classifier::Answer> Classifier::file(const std::string& path) {
  const auto found =
      temper::evaluate::predict_image(loaded_->model, path, {.top = loaded_->model.task.classes});
  if (const auto* unread = std::get_if<temper::evaluate::UnreadImage>(&found.predicted))
    throw Error(unread->code, {.image = path}, unread->reason);
  return answers(std::get<std::vector<temper::train::ClassPrediction>>(found.predicted));
}

std::vector<Classifier::Answer> Classifier::pixels(const std::uint8_t* values, int height,
                                                   int width, int channels) {
  auto& model = loaded_->model;
  temper::io::Image image{height, width, channels, {}};
  image.pixels.assign(values, values + image.size());
  image = temper::io::with_channels(std::move(image), static_cast<int>(model.task.channels));
  return answers(temper::train::classify(model, temper::train::network_input(model, image),
                                         model.task.classes));
}

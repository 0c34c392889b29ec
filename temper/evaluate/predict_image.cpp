#include "temper/evaluate/predict_image.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "temper/evaluate/predict_images.h"
#include "temper/recipe/overloaded.h"

namespace temper::evaluate {
namespace {

using nlohmann::json;
using recipe::Overloaded;
using Classes = std::vector<train::ClassPrediction>;
using Values = std::vector<train::PredictedValue>;

/// "shirt 81.0%, coat 12.5%": each element's text, separated by commas.
template <class List, class Text>
std::string listed(const List& list, const Text& text) {
  std::vector<std::string> parts;
  for (const auto& one : list) parts.push_back(text(one));
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// "shirt", or "n04197391 (shirt)" for a class that has a description.
template <class Prediction>
std::string class_text(const Prediction& one) {
  return one.description.empty() ? one.name : fmt::format("{} ({})", one.name, one.description);
}

template <class Prediction>
json class_json(const Prediction& one) {
  json object{{"class", one.name}, {"probability", one.probability}};
  if (!one.description.empty()) object["description"] = one.description;
  return object;
}

}  // namespace

ImagePrediction predict_image(train::SavedModel& model, const std::string& path,
                              const PredictOptions& options) {
  ImagePrediction prediction;
  bool given = false;
  const auto next = [&]() -> std::optional<std::string> {
    if (std::exchange(given, true)) return std::nullopt;
    return path;
  };
  predict_images(model, next, {.each = options, .batch = 1, .threads = 1},
                 [&](const ImagePrediction& found, const at::Tensor&) { prediction = found; });
  return prediction;
}

void ViewsTaken::add(const ImagePrediction& prediction) {
  if (!prediction.views) return;
  ++pictures;
  passes += *prediction.views;
  if (*prediction.views > 1) ++augmented;
}

std::string to_text(const ViewsTaken& taken, double seconds) {
  const double passes = static_cast<double>(taken.passes) /
                        static_cast<double>(std::max<std::int64_t>(1, taken.pictures));
  return fmt::format("{} of {} pictures in several views, {:.3g} passes per picture, {:.3g} s",
                     taken.augmented, taken.pictures, passes, seconds);
}

std::string to_text(const ImagePrediction& prediction) {
  const auto text = std::visit(
      Overloaded{[](const Classes& classes) {
                   return listed(classes, [](const train::ClassPrediction& one) {
                     return fmt::format("{} {:.1f}%", class_text(one), 100 * one.probability);
                   });
                 },
                 [](const McDropoutPredictions& found) {
                   const auto classes = listed(found.top, [](const McDropoutPrediction& one) {
                     return fmt::format("{} {:.1f}% (sd {:.1f})", class_text(one),
                                        100 * one.probability, 100 * one.deviation);
                   });
                   return fmt::format(
                       "{}; predictive entropy {:.3f} nats, mutual information {:.3f} nats",
                       classes, found.entropy, found.information);
                 },
                 [](const Values& values) {
                   return listed(values, [](const train::PredictedValue& one) {
                     return fmt::format("{} {:.6g}", one.name, one.value);
                   });
                 },
                 [](const UnreadImage& unread) {
                   return fmt::format("could not be read: {}", unread.reason);
                 }},
      prediction.predicted);
  return fmt::format("{}: {}", prediction.image, text);
}

json to_json(const ImagePrediction& prediction) {
  auto all = json::object();
  all["image"] = prediction.image;
  if (prediction.views) all["views"] = *prediction.views;
  std::visit(Overloaded{[&](const Classes& classes) {
                          all["top"] = json::array();
                          for (const auto& one : classes) all["top"].push_back(class_json(one));
                        },
                        [&](const McDropoutPredictions& found) {
                          all["top"] = json::array();
                          for (const auto& one : found.top) {
                            all["top"].push_back(class_json(one));
                            all["top"].back()["deviation"] = one.deviation;
                          }
                          all["entropy"] = found.entropy;
                          all["information"] = found.information;
                        },
                        [&](const Values& values) {
                          all["values"] = json::object();
                          for (const auto& one : values) all["values"][one.name] = one.value;
                        },
                        [&](const UnreadImage& unread) { all["error"] = unread.reason; }},
             prediction.predicted);
  return all;
}

}  // namespace temper::evaluate

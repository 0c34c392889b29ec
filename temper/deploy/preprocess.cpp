#include "temper/deploy/preprocess.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "temper/core/version.h"
#include "temper/io/format/json_keys.h"
#include "temper/io/format/json_text.h"

namespace temper::deploy {

Preprocess preprocess(const train::SavedModel& model, const OnnxOptions& options) {
  const auto& transform = model.transform;
  const auto [height, width] = transform.size();
  const auto network = transform.network_size();
  Preprocess made{.temper = std::string(kVersion),
                  .weights = model.weights,
                  .input = kOnnxInput,
                  .output = output_name(options),
                  .color = transform.input.front() == 1 ? "L" : "RGB",
                  .decode = transform.decode,
                  .exif_orientation = transform.exif_orientation,
                  .input_size = transform.input,
                  .resize = transform.resize,
                  .interpolation = transform.interpolation,
                  .antialias = transform.antialias,
                  .crop_ratio = static_cast<double>(std::max(height, width)) /
                                static_cast<double>(transform.resize),
                  .mean = transform.normalisation.mean,
                  .std = transform.normalisation.std,
                  .normalized_by_model = options.normalisation.has_value()};
  if (model.value_names.empty())
    made.classes = model.classes;
  else
    made.targets = model.value_names;
  if (!model.descriptions.empty()) made.class_descriptions = model.descriptions;
  if (options.softmax) made.temperature = options.temperature;
  if (transform.keep_same_size)
    made.whole_size = std::vector<std::int64_t>{network.height, network.width};
  return made;
}

std::string to_text(const Preprocess& description) {
  return io::json_text(io::json_of(description), 2) + "\n";
}

io::Metadata to_metadata(const Preprocess& description) {
  io::Metadata metadata;
  const auto object = io::json_of(description);
  for (const auto& [name, value] : object.items())
    metadata[name] = value.is_string() ? value.get<std::string>() : io::json_text(value);
  return metadata;
}

}  // namespace temper::deploy

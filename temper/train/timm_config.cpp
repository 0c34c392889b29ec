#include "temper/train/timm_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/spelling.h"
#include "temper/io/format/json_text.h"

namespace temper::train {
namespace {

using nlohmann::json;

constexpr std::int64_t kMaxClasses = 1 << 20;
constexpr std::int64_t kMaxSide = 8192;

/// A part of the file, for messages about it.
class Section {
 public:
  Section(const json& object, const std::string& file) : object_(object), file_(file) {}

  /// Null where the key is missing.
  [[nodiscard]] const json* find(const char* key) const {
    const auto found = object_.find(key);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }

  [[noreturn]] void refuse(const char* key, const std::string& expected) const {
    const auto* value = find(key);
    throw Error(
        Code::data, {.file = file_},
        fmt::format("\"{}\" is {}; expected {}", key,
                    value == nullptr ? "missing" : io::json_text(*value).substr(0, 80), expected));
  }

  void text(const char* key, std::string& into) const {
    const auto* value = find(key);
    if (value == nullptr) return;
    if (!value->is_string()) refuse(key, "a text");
    into = value->get<std::string>();
  }

  void integer(const char* key, std::int64_t low, std::int64_t high, std::int64_t& into) const {
    const auto* value = find(key);
    if (value == nullptr) return;
    into = whole(*value).value_or(low - 1);
    if (into < low || into > high)
      refuse(key, fmt::format("a whole number from {} to {}", low, high));
  }

  void ratio(const char* key, double& into) const {
    const auto* value = find(key);
    if (value == nullptr) return;
    if (value->is_number()) into = value->get<double>();
    if (!value->is_number() || !(into > 0.01) || !(into <= 1))
      refuse(key, "a number above 0.01, at most 1");
  }

  void sizes(const char* key, std::vector<std::int64_t>& into) const {
    const auto* value = find(key);
    if (value == nullptr) return;
    std::vector<std::int64_t> found;
    if (value->is_array() && value->size() == 3)
      for (const auto& one : *value) found.push_back(whole(one).value_or(0));
    const bool valid = found.size() == 3 && (found[0] == 1 || found[0] == 3) && found[1] >= 1 &&
                       found[1] <= kMaxSide && found[2] >= 1 && found[2] <= kMaxSide;
    if (!valid)
      refuse(key,
             fmt::format("[channels, height, width]: 1 or 3 channels, 1 to {} pixels", kMaxSide));
    into = std::move(found);
  }

  /// A number for each channel; timm leaves those of color images where a network's first layer was
  /// made one for gray images, and takes one number for all channels.
  void numbers(const char* key, std::int64_t channels, bool positive,
               std::vector<double>& into) const {
    const auto* value = find(key);
    if (value == nullptr) return;
    std::vector<double> found;
    if (value->is_array() && (value->size() == 1 || value->size() == 3))
      for (const auto& one : *value)
        found.push_back(one.is_number() ? one.get<double>() : std::nan(""));
    const auto valid = [&](double one) {
      return std::isfinite(one) && std::abs(one) < 1e6 && (!positive || one > 0);
    };
    if (found.empty() || !std::ranges::all_of(found, valid))
      refuse(key, fmt::format("{} {}numbers, one for each channel", channels,
                              positive ? "positive " : ""));
    into = for_channels(found, channels);
  }

  /// A list, or an object of numbers and names.
  void names(const char* key, std::int64_t classes, std::vector<std::string>& into) const {
    const auto* value = find(key);
    if (value == nullptr) return;
    std::vector<std::string> found;
    if (value->is_array() || value->is_object())
      if (std::cmp_equal(value->size(), classes))
        for (std::int64_t i = 0; i < classes; ++i) {
          const auto* one = element(*value, i);
          if (one != nullptr && one->is_string()) found.push_back(one->get<std::string>());
        }
    if (std::ssize(found) != classes)
      throw Error(Code::data, {.file = file_},
                  fmt::format("\"{}\" does not name the {} classes of \"num_classes\"; expected a "
                              "list of that many texts",
                              key, classes));
    into = std::move(found);
  }

  /// An object with texts for names; a name without one has "".
  void descriptions(const char* key, const std::vector<std::string>& names,
                    std::vector<std::string>& into) const {
    const auto* value = find(key);
    if (value == nullptr) return;
    if (!value->is_object()) refuse(key, "an object of texts, one for each of \"label_names\"");
    std::vector<std::string> found;
    for (const auto& name : names) {
      const auto one = value->find(name);
      if (one != value->end() && !one->is_string())
        throw Error(Code::data, {.file = file_},
                    fmt::format("\"{}\" of '{}' is {}; expected a text", key, name.substr(0, 80),
                                io::json_text(*one).substr(0, 80)));
      found.push_back(one == value->end() ? "" : one->get<std::string>());
    }
    const bool any = std::ranges::any_of(found, [](const auto& text) { return !text.empty(); });
    if (any) into = std::move(found);
  }

 private:
  static std::optional<std::int64_t> whole(const json& value) {
    if (!value.is_number_integer()) return std::nullopt;
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > (std::uint64_t{1} << 62))
      return std::nullopt;
    return value.get<std::int64_t>();
  }

  static const json* element(const json& value, std::int64_t i) {
    if (value.is_array()) return &value[static_cast<std::size_t>(i)];
    const auto found = value.find(fmt::format("{}", i));
    return found == value.end() ? nullptr : &*found;
  }

  const json& object_;
  const std::string& file_;
};

json parsed(std::string_view text, const std::string& file) {
  auto value = io::parsed_json(text, file);
  if (!value.is_object())
    throw Error(Code::data, {.file = file},
                "this is no JSON object; expected the config.json of a folder that timm or Hugging "
                "Face wrote");
  return value;
}

/// Whether an argument leaves the published network as it is, but for its first and last layer.
bool is_plain(const std::string& name, const json& value) {
  if (name == "global_pool") return value == "avg" || value.is_null();
  constexpr std::array<std::string_view, 5> plain{"in_chans", "num_classes", "drop_rate",
                                                  "drop_path_rate", "drop_block_rate"};
  return std::ranges::find(plain, name) != plain.end();
}

/// Takes the number of channels from the network's arguments. Throws for those that build another
/// network than the name says.
void read_arguments(const Section& root, const std::string& file, TimmConfig& config) {
  const auto* arguments = root.find("model_args");
  if (arguments == nullptr) return;
  if (!arguments->is_object()) root.refuse("model_args", "an object");
  for (const auto& [name, value] : arguments->items())
    if (!is_plain(name, value))
      throw Error(Code::data, {.file = file},
                  fmt::format("\"model_args\" has \"{}\", which changes the network in a way that "
                              "temper does not know; expected the network as it is published",
                              name.substr(0, 80)));
  const Section section(*arguments, file);
  section.integer("in_chans", 1, 3, config.input[0]);
  if (config.input[0] == 2) section.refuse("in_chans", "1 or 3");
}

/// The size and the crop of evaluation, where it has its own.
void read_test_input(const Section& data, TimmConfig& config) {
  data.sizes("test_input_size", config.test_input);
  if (!config.test_input.empty()) config.test_input[0] = config.input[0];
  if (config.test_input == config.input) config.test_input.clear();
  if (data.find("test_crop_pct") != nullptr)
    data.ratio("test_crop_pct", config.test_crop_ratio.emplace());
}

void read_crop_mode(const Section& data, TimmConfig& config) {
  std::string mode;
  data.text("crop_mode", mode);
  if (mode.empty()) return;
  constexpr std::array<std::string_view, 3> modes{kCenter, "squash", "border"};
  if (std::ranges::find(modes, mode) == modes.end())
    data.refuse("crop_mode", R"("center", "squash" or "border")");
  config.crop_mode = std::move(mode);
}

augment::Interpolation interpolation_of(const std::string& name, const std::string& file) {
  constexpr const auto& names = EnumNames<augment::Interpolation>::value;
  const auto* const found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<augment::Interpolation>(found - names.begin());
  throw Error(Code::data, {.file = file},
              fmt::format(R"("interpolation" is "{}": {})", name.substr(0, 80),
                          suggestion(name, {names.begin(), names.end()}, "temper has")));
}

}  // namespace

std::vector<double> for_channels(const std::vector<double>& values, std::int64_t channels) {
  if (std::ssize(values) == channels) return values;
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) /
                      static_cast<double>(std::max<std::size_t>(values.size(), 1));
  return std::vector<double>(static_cast<std::size_t>(channels), mean);
}

TimmConfig parse_timm_config(std::string_view text, const std::string& file) {
  const auto object = parsed(text, file);
  const Section root(object, file);
  // Older files have all keys on one level.
  const auto* nested = root.find("pretrained_cfg");
  if (nested != nullptr && !nested->is_object()) root.refuse("pretrained_cfg", "an object");
  const Section data(nested != nullptr ? *nested : object, file);

  TimmConfig config;
  root.text("architecture", config.architecture);
  if (config.architecture.empty()) data.text("architecture", config.architecture);
  if (config.architecture.empty())
    root.refuse("architecture", "the name of a network, such as \"resnet50\"");
  data.integer("num_classes", 1, kMaxClasses, config.classes);
  root.integer("num_classes", 1, kMaxClasses, config.classes);
  data.names("labels", config.classes, config.class_names);
  data.names("label_names", config.classes, config.class_names);
  root.names("label_names", config.classes, config.class_names);
  data.descriptions("label_descriptions", config.class_names, config.class_descriptions);
  root.descriptions("label_descriptions", config.class_names, config.class_descriptions);
  data.sizes("input_size", config.input);
  read_arguments(root, file, config);
  read_test_input(data, config);
  config.normalisation = augment::imagenet_normalisation(static_cast<int>(config.input[0]));
  data.numbers("mean", config.input[0], /*positive=*/false, config.normalisation.mean);
  data.numbers("std", config.input[0], /*positive=*/true, config.normalisation.std);
  data.ratio("crop_pct", config.crop_ratio);
  read_crop_mode(data, config);
  std::string interpolation;
  data.text("interpolation", interpolation);
  if (!interpolation.empty()) config.interpolation = interpolation_of(interpolation, file);
  return config;
}

std::string to_text(const TimmConfig& config) {
  nlohmann::ordered_json data;
  data["input_size"] = config.input;
  if (!config.test_input.empty()) data["test_input_size"] = config.test_input;
  data["fixed_input_size"] = false;
  data["interpolation"] = name_of(config.interpolation);
  data["crop_pct"] = config.crop_ratio;
  if (config.test_crop_ratio) data["test_crop_pct"] = *config.test_crop_ratio;
  data["crop_mode"] = config.crop_mode;
  data["mean"] = config.normalisation.mean;
  data["std"] = config.normalisation.std;
  data["num_classes"] = config.classes;
  data["first_conv"] = config.first_convolution;
  data["classifier"] = config.classifier;

  nlohmann::ordered_json object;
  object["architecture"] = config.architecture;
  object["num_classes"] = config.classes;
  object["num_features"] = config.features;
  object["global_pool"] = "avg";
  if (!config.class_names.empty()) object["label_names"] = config.class_names;
  for (std::size_t i = 0; i < config.class_descriptions.size(); ++i)
    if (!config.class_descriptions[i].empty())
      object["label_descriptions"][config.class_names.at(i)] = config.class_descriptions[i];
  if (config.input.at(0) != 3) object["model_args"]["in_chans"] = config.input.at(0);
  object["pretrained_cfg"] = std::move(data);
  return io::json_text(object, 2) + "\n";
}

}  // namespace temper::train

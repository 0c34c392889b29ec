#include "temper/train/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "temper/core/error.h"
#include "temper/io/hash.h"

namespace temper::train {
namespace {

using nlohmann::json;

constexpr int kFormat = 4;

json to_json(const std::optional<BestMetric>& best_metric) {
  if (!best_metric) return nullptr;
  return {{"by", best_metric->by}, {"value", best_metric->value}};
}

json to_json(const Platform& platform) {
  return {{"device", platform.device},
          {"threads", platform.threads},
          {"instruction_set", platform.instruction_set},
          {"libtorch", platform.libtorch}};
}

/// An integer. A number with a fraction or an exponent is of another type, and is rejected.
std::int64_t whole(const json& number) {
  return number.get_ref<const json::number_integer_t&>();
}

json to_json(const std::map<std::string, schedule::PlateauState>& plateaus) {
  auto object = json::object();
  for (const auto& [path, memory] : plateaus)
    object[path] = {{"measure", name_of(memory.measure)},
                    {"best", memory.best ? json(*memory.best) : json()},
                    {"bad", memory.bad},
                    {"cooldown_left", memory.cooldown_left},
                    {"reductions", memory.reductions}};
  return object;
}

std::map<std::string, schedule::PlateauState> read_plateaus(const json& object) {
  std::map<std::string, schedule::PlateauState> plateaus;
  for (const auto& [path, memory] : object.items()) {
    const auto loss = schedule::PlateauMeasure::validation_loss;
    auto& read = plateaus[path];
    read = {.measure = memory.at("measure") == name_of(loss)
                           ? loss
                           : schedule::PlateauMeasure::validation_accuracy,
            .bad = whole(memory.at("bad")),
            .cooldown_left = whole(memory.at("cooldown_left")),
            .reductions = whole(memory.at("reductions"))};
    if (!memory.at("best").is_null()) read.best = memory.at("best").get<double>();
  }
  return plateaus;
}

/// Writes the record of early stopping; without early stopping the manifest has no such key.
void put(json& object, const std::optional<regularize::EarlyStoppingState>& stop) {
  if (stop)
    object["stop"] = {{"seen", stop->seen},
                      {"best", stop->best},
                      {"best_epoch", stop->best_epoch},
                      {"waited", stop->waited}};
}

std::optional<regularize::EarlyStoppingState> read_stop(const json& object) {
  const auto found = object.find("stop");
  if (found == object.end()) return std::nullopt;
  return regularize::EarlyStoppingState{.seen = found->at("seen"),
                                        .best = found->at("best"),
                                        .best_epoch = whole(found->at("best_epoch")),
                                        .waited = whole(found->at("waited"))};
}

std::optional<BestMetric> read_best_metric(const json& object) {
  if (object.is_null()) return std::nullopt;
  return BestMetric{object.at("by"), object.at("value")};
}

Platform read_platform(const json& object) {
  return {object.at("device"), whole(object.at("threads")), object.at("instruction_set"),
          object.at("libtorch")};
}

Manifest read(const json& object) {
  return {.step = whole(object.at("step")),
          .fingerprint = object.at("fingerprint"),
          .seconds = object.at("seconds"),
          .evaluated = object.at("evaluated"),
          .best_metric = read_best_metric(object.at("best_metric")),
          .platform = read_platform(object.at("platform")),
          .origin = whole(object.at("origin")),
          .left_out = whole(object.at("left_out")),
          .left_out_in_row = whole(object.at("left_out_in_row")),
          .optimizer_steps = whole(object.at("optimizer_steps")),
          .updates = object.at("updates").get<std::vector<std::int64_t>>(),
          .plateaus = read_plateaus(object.at("plateaus")),
          .stop = read_stop(object),
          .files = object.at("files").get<std::map<std::string, std::string>>()};
}

bool are_plain_names(const std::map<std::string, std::string>& files) {
  return std::ranges::none_of(files, [](const auto& file) {
    return file.first.empty() || file.first.find('/') != std::string::npos;
  });
}

/// Nothing where a value is missing or of another type.
std::optional<Manifest> read(std::string_view text) {
  try {
    return read(json::parse(text));
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace

std::string to_text(const Manifest& m) {
  json object = {{"format", kFormat},
                 {"step", m.step},
                 {"fingerprint", m.fingerprint},
                 {"seconds", m.seconds},
                 {"evaluated", m.evaluated},
                 {"best_metric", to_json(m.best_metric)},
                 {"platform", to_json(m.platform)},
                 {"origin", m.origin},
                 {"left_out", m.left_out},
                 {"left_out_in_row", m.left_out_in_row},
                 {"optimizer_steps", m.optimizer_steps},
                 {"updates", m.updates},
                 {"plateaus", to_json(m.plateaus)},
                 {"files", m.files}};
  put(object, m.stop);
  object["checksum"] = io::hash_hex(object.dump());
  return object.dump(2) + "\n";
}

Manifest parse_manifest(std::string_view text, const std::string& name) {
  // The text must be byte for byte what to_text() writes, including the checksum and the format.
  if (auto manifest = read(text); manifest && manifest->step >= 0 &&
                                  are_plain_names(manifest->files) && to_text(*manifest) == text)
    return std::move(*manifest);
  throw Error(Code::data, fmt::format("{}: damaged, or not a checkpoint's manifest of format {}",
                                      name, kFormat));
}

}  // namespace temper::train

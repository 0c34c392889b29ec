#include "temper/train/temperature.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "temper/core/error.h"
#include "temper/io/atomic_file.h"
#include "temper/io/hash.h"
#include "temper/io/read_file.h"
#include "temper/recipe/text.h"

namespace temper::train {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

fs::path file_of(const fs::path& run) {
  return run / "temperature.json";
}

/// All saved temperatures; an empty object without the file.
json read(const fs::path& run) {
  const auto path = file_of(run);
  if (!fs::exists(path)) return json::object();
  auto all = json::parse(io::read_text(path), nullptr, /*allow_exceptions=*/false);
  if (!all.is_object())
    throw Error(Code::data,
                fmt::format("{}: not a JSON object; remove the file and fit the temperature again",
                            path.string()));
  return all;
}

SavedTemperature parse(const json& entry, const fs::path& path) {
  const auto refuse = [&]() -> SavedTemperature {
    throw Error(Code::data, fmt::format("{}: not a valid temperature > 0 as written by temper; "
                                        "remove the file and fit it again",
                                        path.string()));
  };
  try {
    const SavedTemperature found{
        .fit = {.value = entry.at("temperature").get<double>(),
                .before = entry.at("nll_before").get<double>(),
                .after = entry.at("nll_after").get<double>(),
                .at_bound = entry.at("at_bound").get<bool>()},
        .images = entry.at("images").get_ref<const nlohmann::json::number_integer_t&>()};
    return std::isfinite(found.fit.value) && found.fit.value > 0 ? found : refuse();
  } catch (const json::exception&) {
    return refuse();
  }
}

}  // namespace

void require_validation(const Plan& plan) {
  if (plan.validation && plan.validation->size() > 0) return;
  throw Error(Code::usage,
              fmt::format("{}a temperature is fitted on validation images, and the run's data has "
                          "none; train with a validation set, such as data.validation = 0.1",
                          recipe::place(plan.recipe.places, "data.validation")));
}

SavedTemperature fit_temperature(const Predictions& validation) {
  return {measure::fit_temperature(validation.logits, validation.labels),
          validation.labels.size(0)};
}

void save_temperature(const fs::path& run, const std::string& weights, const fs::path& file,
                      const SavedTemperature& temperature) {
  auto all = read(run);
  const auto& fit = temperature.fit;
  all[weights] = {{"temperature", fit.value},     {"nll_before", fit.before},
                  {"nll_after", fit.after},       {"at_bound", fit.at_bound},
                  {"images", temperature.images}, {"weights_hash", io::hash_file(file)}};
  io::write_atomically(file_of(run), all.dump(2) + "\n");
}

std::optional<SavedTemperature> saved_temperature(const fs::path& run, const std::string& weights,
                                                  const fs::path& file) {
  const auto all = read(run);
  const auto entry = all.find(weights);
  if (entry == all.end()) return std::nullopt;
  auto found = parse(*entry, file_of(run));
  const auto hash = entry->find("weights_hash");
  const bool same = hash != entry->end() && hash->is_string() && *hash == io::hash_file(file);
  if (!same) return std::nullopt;
  return found;
}

}  // namespace temper::train

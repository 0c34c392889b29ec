#include "temper/train/temperature.h"

#include <nlohmann/json.hpp>

#include "temper/core/error.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/io/disk/hash.h"
#include "temper/io/disk/read_file.h"
#include "temper/io/format/json_keys.h"
#include "temper/recipe/text.h"

namespace temper::train {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// What temperature.json holds for one kind of weights.
struct Entry {
  SavedTemperature temperature;
  std::string weights_hash;  ///< of the file with the weights

  static constexpr auto keys() {
    return std::tuple{inlined(&Entry::temperature), key("weights_hash", &Entry::weights_hash)};
  }
};

fs::path file_of(const fs::path& run) {
  return run / "temperature.json";
}

/// The key of weights in the file: "averaged", or "averaged { flip = true }" with test-time
/// augmentation.
std::string key_of(const std::string& weights, const std::string& tta) {
  return tta == "none" ? weights : weights + " " + tta;
}

/// All saved temperatures; an empty object without the file.
json read(const fs::path& run) {
  const auto path = file_of(run);
  if (!fs::exists(path)) return json::object();
  auto all = json::parse(io::read_text(path), nullptr, /*allow_exceptions=*/false);
  if (!all.is_object())
    throw Error(Code::data, {.file = path.string()},
                "not a JSON object; remove the file and fit the temperature again");
  return all;
}

Entry parse(const json& entry, const fs::path& path) {
  const auto found = io::exactly<Entry>(entry);
  if (found && found->temperature.fit.value > 0) return *found;
  throw Error(Code::data, {.file = path.string()},
              "not a valid temperature > 0 as written by temper; remove the file and fit it again");
}

}  // namespace

void require_validation(const Plan& plan) {
  if (plan.validation && plan.validation->size() > 0) return;
  throw Error(Code::usage, recipe::place(plan.recipe.places, "data.validation"),
              "a temperature is fitted on validation images, and the run's data has none; train "
              "with a validation set, such as data.validation = 0.1");
}

void save_temperature(const fs::path& run, const std::string& weights, const fs::path& file,
                      const SavedTemperature& temperature, const std::string& tta) {
  auto all = read(run);
  all[key_of(weights, tta)] = io::json_of(Entry{temperature, io::hash_file(file)});
  io::write_atomically(file_of(run), all.dump(2) + "\n");
}

std::optional<SavedTemperature> saved_temperature(const fs::path& run, const std::string& weights,
                                                  const fs::path& file, const std::string& tta) {
  const auto all = read(run);
  const auto entry = all.find(key_of(weights, tta));
  if (entry == all.end()) return std::nullopt;
  const auto found = parse(*entry, file_of(run));
  if (found.weights_hash != io::hash_file(file)) return std::nullopt;
  return found.temperature;
}

}  // namespace temper::train

#include "temper/run/diff.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "temper/core/error.h"
#include "temper/io/disk/hash.h"
#include "temper/io/disk/read_file.h"
#include "temper/io/format/json_keys.h"
#include "temper/io/format/safetensors.h"
#include "temper/recipe/recipe.h"
#include "temper/run/environment.h"
#include "temper/run/loss_log.h"
#include "temper/train/events.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// The files of a run that are compared.
struct Side {
  recipe::Recipe recipe;
  json environment = json::object();
  std::vector<train::Event> log;
  std::string weights;  ///< hash; "" without the file
};

/// Of the tensors alone: the file's metadata has the recipe's fingerprint, which also has options
/// that don't reach the weights.
std::string hash_of_tensors(const fs::path& path) {
  const io::Safetensors file(path);
  io::Hash hash;
  for (const auto& tensor : file.tensors()) hash.update(tensor.name).update(tensor.bytes);
  return hash.hex();
}

json read_environment(const fs::path& path) {
  if (!fs::exists(path)) return json::object();
  auto found = json::parse(io::read_text(path), nullptr, /*allow_exceptions=*/false);
  if (!found.is_object())
    throw Error(Code::data, path.string() + ": not a JSON object; the file is damaged");
  return found;
}

Side read(const fs::path& run) {
  Side side;
  side.log = read_log(run);
  side.recipe = recipe::load(run / "recipe.toml");
  side.environment = read_environment(run / "environment.json");
  const auto weights = run / "model.safetensors";
  if (fs::exists(weights)) side.weights = hash_of_tensors(weights);
  return side;
}

std::string text(const json& object, const std::string& key) {
  const auto found = object.find(key);
  if (found == object.end()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

/// Whether a text is the same in both environments; nothing where one lacks it.
std::optional<bool> same_text(const Side& left, const Side& right, std::string_view key) {
  const auto a = text(left.environment, std::string(key));
  const auto b = text(right.environment, std::string(key));
  if (a.empty() || b.empty()) return std::nullopt;
  return a == b;
}

std::optional<bool> same_data(const Side& left, const Side& right) {
  if (const auto names = same_text(left, right, "data"))
    return *names && same_text(left, right, kDataContents).value_or(true);
  // The fingerprint covers the recipe and the data.
  const auto fingerprint = logged_fingerprint(left.log);
  if (!fingerprint.empty() && fingerprint == logged_fingerprint(right.log)) return true;
  return std::nullopt;
}

LossComparison compare(const std::vector<LoggedLoss>& left, const std::vector<LoggedLoss>& right) {
  LossComparison parting;
  auto b = right.begin();
  for (const auto& a : left) {
    while (b != right.end() && b->step < a.step) ++b;
    if (b == right.end()) break;
    if (b->step != a.step || b->after != a.after) continue;
    ++parting.compared;
    if (a.loss == b->loss || (std::isnan(a.loss) && std::isnan(b->loss))) continue;
    return {parting.compared, a.step, a.loss, b->loss};
  }
  return parting;
}

RunEnd run_end_of(const std::vector<train::Event>& log) {
  RunEnd ending;
  for (const auto& event : log) {
    ending.steps = std::max(ending.steps, train::step_of(event).value_or(0));
    if (const auto* end = std::get_if<train::Ended>(&event)) ending.seconds = end->seconds;
    if (const auto* test = std::get_if<train::Tested>(&event)) ending.test = *test;
  }
  return ending;
}

json line(const RunEnd& ending) {
  json object = {{"steps", ending.steps}, {"finished", ending.seconds.has_value()}};
  if (ending.seconds) object["seconds"] = *ending.seconds;
  if (ending.test) object["test"] = io::json_of(*ending.test);
  return object;
}

json line(const LossComparison& losses) {
  json object = {{"compared", losses.compared}, {"first_step", nullptr}};
  if (losses.first_step)
    object.update(
        {{"first_step", *losses.first_step}, {"left", losses.left}, {"right", losses.right}});
  return object;
}

json line(const std::optional<bool>& known) {
  return known ? json(*known) : json(nullptr);
}

}  // namespace

std::vector<EnvironmentDifference> environment_differences(const json& left, const json& right) {
  std::set<std::string> names;
  for (const auto* side : {&left, &right})
    for (const auto& [name, value] : side->items()) names.insert(name);
  for (const auto* other : {"command", "started", "data"}) names.erase(other);
  names.erase(std::string(kDataContents));
  std::vector<EnvironmentDifference> differing;
  for (const auto& name : names)
    if (const auto a = text(left, name), b = text(right, name); a != b)
      differing.push_back({name, a, b});
  return differing;
}

std::vector<EnvironmentDifference> environment_changes(const train::Plan& plan,
                                                       const fs::path& run) {
  const auto then = recorded_environment(run);
  if (then.empty()) return {};
  return environment_differences(then, environment(plan, {}));
}

RunDifferences differences(const fs::path& left, const fs::path& right) {
  const auto a = read(left);
  const auto b = read(right);
  RunDifferences result{.recipe = recipe::differences(a.recipe, b.recipe),
                        .circumstances = environment_differences(a.environment, b.environment),
                        .same_data = same_data(a, b),
                        .losses = compare(logged_losses(a.log), logged_losses(b.log)),
                        .left = run_end_of(a.log),
                        .right = run_end_of(b.log)};
  std::ranges::stable_partition(result.recipe, &recipe::Difference::changes_results);
  if (!a.weights.empty() && !b.weights.empty()) result.same_weights = a.weights == b.weights;
  return result;
}

nlohmann::ordered_json to_json(const RunDifferences& d) {
  auto recipe = json::array();
  for (const auto& one : d.recipe)
    recipe.push_back({{"key", one.path},
                      {"left", one.left},
                      {"right", one.right},
                      {"changes_results", one.changes_results}});
  auto circumstances = json::array();
  for (const auto& one : d.circumstances)
    circumstances.push_back({{"name", one.name}, {"left", one.left}, {"right", one.right}});
  return {{"recipe", std::move(recipe)},
          {"environment", std::move(circumstances)},
          {"same_data", line(d.same_data)},
          {"losses", line(d.losses)},
          {"same_weights", line(d.same_weights)},
          {"left", line(d.left)},
          {"right", line(d.right)}};
}

}  // namespace temper::run

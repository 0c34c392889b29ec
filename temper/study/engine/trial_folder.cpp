#include "temper/study/engine/trial_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "temper/core/error.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/io/disk/folder.h"
#include "temper/io/disk/read_file.h"
#include "temper/io/format/json_keys.h"
#include "temper/io/format/json_text.h"

namespace temper::study {
namespace {

namespace fs = std::filesystem;

TrialOrder order_of(const Trial& trial, const std::vector<std::string>& companions) {
  TrialOrder order{.fingerprint = trial.fingerprint,
                   .numerics = recipe::kNumerics,
                   .label = trial.label,
                   .seed = trial.recipe.seed,
                   .score_test = trial.score_test,
                   .asked = asked(trial),
                   .sensitivity = trial.measures.sensitivity,
                   .clusters = trial.measures.clusters,
                   .attacks = trial.measures.attacks,
                   .until = {},
                   .until_epoch = trial.until_epoch,
                   .companions = companions};
  for (const auto& part : trial.before) order.until.push_back(part.until_step);
  return order;
}

std::string text_of(recipe::Recipe recipe, std::int64_t threads) {
  if (!recipe.threads.value) recipe.threads.value = threads;
  return recipe::to_toml(recipe);
}

}  // namespace

fs::path TrialFolder::earlier_run(std::size_t number) const {
  return path_ / fmt::format("earlier-{}", number);
}

fs::path TrialFolder::earlier_recipe(std::size_t number) const {
  return path_ / fmt::format("earlier-{}.toml", number);
}

bool TrialFolder::has_network() const {
  return fs::exists(path_ / "results.csv") && fs::exists(run() / "model.safetensors");
}

void TrialFolder::write(const Trial& trial, std::int64_t threads,
                        const std::vector<std::string>& companions) const {
  if (fs::exists(path_ / "trial.json") && numerics() != recipe::kNumerics)
    io::discard_folder(path_);
  io::make_folder(path_);
  io::remove_temporaries(path_);
  const auto text = [&](recipe::Recipe part) {
    const auto teacher = teacher_of(trial, part);
    if (!teacher.empty()) part.distillation->from = sibling(teacher).run().string();
    return text_of(std::move(part), threads);
  };
  io::write_atomically(recipe(), text(trial.recipe));
  for (std::size_t i = 0; i < trial.before.size(); ++i)
    io::write_atomically(earlier_recipe(i + 1), text(trial.before[i].recipe));
  io::write_atomically(path_ / "trial.json",
                       io::json_text(io::json_of(order_of(trial, companions)), 2) + "\n");
}

TrialOrder TrialFolder::order() const {
  const auto path = path_ / "trial.json";
  const auto json = nlohmann::json::parse(io::read_text(path), nullptr, false);
  const auto order = json.is_object() ? io::exactly<TrialOrder>(json) : std::nullopt;
  if (!order)
    throw Error(Code::data, {.file = path.string()},
                "not the description of a trial; remove its folder, and it is run again.");
  return *order;
}

std::int64_t TrialFolder::numerics() const {
  try {
    return order().numerics;
  } catch (const Error& error) {
    if (error.code() != Code::data) throw;
    return -1;  // of a version whose descriptions are others
  }
}

std::string TrialFolder::last_words() const {
  constexpr std::size_t shown = 2000;
  if (!fs::exists(output())) return "";
  auto text = io::read_text(output());
  while (text.ends_with('\n')) text.pop_back();
  constexpr std::string_view program = "temper: ";
  if (const auto at = text.rfind(program); at != std::string::npos)
    return text.substr(at + program.size(), shown);
  return text.substr(text.size() - std::min(text.size(), shown));
}

}  // namespace temper::study

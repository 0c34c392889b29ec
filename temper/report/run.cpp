#include "temper/report/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "temper/core/error.h"
#include "temper/io/disk/read_file.h"
#include "temper/recipe/recipe.h"
#include "temper/report/run_tensors.h"

namespace temper::report {
namespace {

using Json = nlohmann::json;

template <class T>
std::vector<T> values(std::map<std::int64_t, T> by_index) {
  std::vector<T> result;
  result.reserve(by_index.size());
  for (auto& [index, value] : by_index) result.push_back(std::move(value));
  return result;
}

/// Collects the events of the log.
struct Log {
  Run& run;
  std::map<std::int64_t, train::Stepped> steps = {};
  std::map<std::int64_t, train::Norms> norms = {};
  std::map<std::int64_t, train::Evaluated> epochs = {};
  std::map<std::string, std::string> skipped = {};  ///< reason, by image

  // The run's start time is that of the first start event; everything else is taken from the
  // latest.
  void take(const train::Started& event) {
    const auto began = run.start ? run.start->time : event.time;
    run.start = event;
    run.start->time = began;
    run.failure.clear();
  }
  void take(const train::LinearProbed& event) { run.linear_probe = event; }
  // A resumed run may log a step twice: the later line is used.
  void take(const train::Stepped& event) { steps.insert_or_assign(event.step, event); }
  void take(const train::Norms& event) { norms.insert_or_assign(event.step, event); }
  void take(const train::Evaluated& event) { epochs.insert_or_assign(event.epoch, event); }
  void take(const train::EarlyStop& event) { run.early_stop = event; }
  void take(const train::Tested& event) { run.test = event; }
  void take(const train::Ended& event) { run.end = event; }
  void take(const train::SkippedStep& event) {
    warn(fmt::format("Step {} was not applied ({}): loss {}{}.", event.step, event.action,
                     event.loss, train::not_finite_text(event)));
    if (event.action == name_of(recipe::OnNan::stop))
      run.failure = fmt::format("at step {} the loss was {}{}", event.step, event.loss,
                                train::not_finite_text(event));
  }
  void take(const train::SkippedImage& event) {
    skipped.insert_or_assign(event.where, event.reason);
  }
  void take(const train::Warned& event) { warn(event.message); }

 private:
  // A resumed run may log a warning twice.
  void warn(std::string message) {
    if (std::ranges::find(run.warnings, message) == run.warnings.end())
      run.warnings.push_back(std::move(message));
  }
};

/// One sentence about all images that could not be read.
std::string about_skipped(const std::map<std::string, std::string>& skipped) {
  constexpr std::size_t kNamed = 100;
  auto text = skipped.size() == 1
                  ? std::string("One image could not be read and was skipped: ")
                  : fmt::format("{} images could not be read and were skipped: ", skipped.size());
  std::size_t named = 0;
  for (const auto& [where, reason] : skipped) {
    if (named == kNamed) return text + "; metrics.jsonl lists the others.";
    text += fmt::format("{}{} ({})", named++ == 0 ? "" : "; ", where, reason);
  }
  return text + ".";
}

void read_metrics(Run& run) {
  Log log{run};
  for (const auto& event : train::read_events(run.directory / "metrics.jsonl"))
    std::visit([&](const auto& e) { log.take(e); }, event);
  if (!log.skipped.empty()) run.warnings.push_back(about_skipped(log.skipped));
  run.steps = values(std::move(log.steps));
  run.norms = values(std::move(log.norms));
  run.epochs = values(std::move(log.epochs));
}

/// Reads a file if it exists. An error is reported on the page, which then lacks only what that
/// file contains.
void attempt(Run& run, const std::filesystem::path& file,
             const std::function<void(const std::filesystem::path&)>& read) {
  const auto path = run.directory / file;
  if (!std::filesystem::exists(path)) return;
  try {
    read(path);
  } catch (const Error& error) {
    run.problems.emplace_back(error.what());
  }
}

Json read_environment(const std::filesystem::path& path) {
  const auto json = Json::parse(io::read_text(path), nullptr, false);
  if (!json.is_object()) throw Error(Code::data, {.file = path.string()}, "not a JSON object");
  return json;
}

}  // namespace

std::string Run::name() const {
  if (start && !start->name.empty()) return start->name;
  return directory.filename().string();
}

std::string Run::class_name(std::int64_t index) const {
  const auto i = static_cast<std::size_t>(index);
  if (start && i < start->classes.size()) return start->classes[i];
  return fmt::format("class {}", index);
}

std::string Run::target_name(std::size_t index) const {
  if (start && index < start->values.size()) return start->values[index];
  return fmt::format("target {}", index);
}

std::int64_t Run::steps_done() const {
  return std::max({std::int64_t{0}, steps.empty() ? 0 : steps.back().step,
                   epochs.empty() ? 0 : epochs.back().step});
}

const train::Evaluated* Run::last_evaluation() const {
  if (early_stop && early_stop->weights == "best")
    for (const auto& epoch : epochs)
      if (epoch.epoch == early_stop->best_epoch) return &epoch;
  return epochs.empty() ? nullptr : &epochs.back();
}

std::filesystem::path Run::weights_file() const {
  if (!test || test->weights != "averaged") return directory / "model.safetensors";
  if (!start || start->averaging.empty()) return {};
  return directory / ("model-" + start->averaging + ".safetensors");
}

double Run::seconds() const {
  if (end) return end->seconds;
  double latest = steps.empty() ? kMissing : steps.back().seconds;
  if (!epochs.empty()) latest = std::fmax(latest, epochs.back().seconds);
  return latest;
}

Run read_run_log(const std::filesystem::path& directory) {
  Run run;
  run.directory = std::filesystem::absolute(directory).lexically_normal();
  if (!run.directory.has_filename()) run.directory = run.directory.parent_path();
  const bool log = std::filesystem::exists(run.directory / "metrics.jsonl");
  if (!log && !std::filesystem::exists(run.directory / "recipe.toml"))
    throw Error(Code::io, {.file = directory.string()},
                "not a run directory (it has neither metrics.jsonl nor recipe.toml); name the "
                "directory that `temper train` wrote");
  if (log) read_metrics(run);
  attempt(run, "recipe.toml", [&](const auto& path) { run.recipe = io::read_text(path); });
  return run;
}

Run read_run(const std::filesystem::path& directory) {
  auto run = read_run_log(directory);
  attempt(run, "environment.json",
          [&](const auto& path) { run.environment = read_environment(path); });
  attempt(run, "predictions.safetensors",
          [&](const auto& path) { run.predictions = read_predictions(path); });
  attempt(run, "mistakes.safetensors", [&](const auto& path) {
    if (run.predictions) run.mistakes = read_mistakes(path, run.predictions->ids.size(0));
  });
  for (const auto& folder : replay_folders(run.directory))
    attempt(run, folder, [&](const auto& path) { run.replays.push_back(read_replayed(path)); });
  return run;
}

}  // namespace temper::report

#include "temper/report/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "temper/core/error.h"
#include "temper/io/json_lines.h"
#include "temper/io/read_file.h"
#include "temper/report/run_tensors.h"

namespace temper::report {
namespace {

using Json = nlohmann::json;

double number(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : kMissing;
}

std::int64_t integer(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

std::string text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// The object or array under `key`; an empty one where there is none.
const Json& part(const Json& object, const char* key) {
  static const Json nothing = Json::object();
  const auto found = object.find(key);
  return found != object.end() && found->is_structured() ? *found : nothing;
}

Start read_start(const Json& line) {
  Start start{.name = text(line, "name"),
              .time = text(line, "time"),
              .fingerprint = text(line, "fingerprint"),
              .steps_per_epoch = integer(line, "steps_per_epoch"),
              .total_steps = integer(line, "total_steps"),
              .epochs = integer(line, "epochs"),
              .parameters = integer(line, "parameters"),
              .multiply_adds = integer(line, "multiply_adds"),
              .train_images = integer(line, "train_images"),
              .validation_images = integer(line, "validation_images"),
              .test_images = integer(line, "test_images"),
              .channels = integer(line, "channels"),
              .height = integer(line, "height"),
              .width = integer(line, "width"),
              .batch = integer(line, "batch")};
  for (const auto& name : part(line, "classes"))
    start.classes.push_back(name.is_string() ? name.get<std::string>() : "");
  return start;
}

Step read_step(const Json& line) {
  return {integer(line, "step"),
          number(line, "epoch"),
          number(line, "loss"),
          number(line, "lr"),
          number(line, "images_per_second"),
          number(line, "seconds")};
}

Norms read_norms(const Json& line) {
  Norms norms{integer(line, "step"), {}};
  for (const auto& layer : part(line, "layers"))
    if (layer.is_object())
      norms.layers.push_back({text(layer, "name"), number(layer, "weight"),
                              number(layer, "gradient"), number(layer, "update")});
  return norms;
}

Score read_score(const Json& object) {
  return {number(object, "loss"), number(object, "accuracy"), integer(object, "count")};
}

std::optional<Scores> read_scores(const Json& line, const char* weights) {
  if (!line.contains(weights)) return {};
  const Json& scores = part(line, weights);
  Scores result{read_score(part(scores, "train")), {}};
  if (scores.is_object() && scores.contains("validation"))
    result.validation = read_score(part(scores, "validation"));
  return result;
}

Epoch read_epoch(const Json& line) {
  return {integer(line, "epoch"), integer(line, "step"), number(line, "seconds"),
          read_scores(line, "raw"), read_scores(line, "ema")};
}

End read_end(const Json& line) {
  End end{number(line, "seconds"), {}};
  const Json& time = part(line, "time");
  if (time.is_object())
    for (const auto& [activity, seconds] : time.items())
      if (seconds.is_number()) end.time.emplace_back(activity, seconds.get<double>());
  std::sort(end.time.begin(), end.time.end(),
            [](const auto& a, const auto& b) { return a.second > b.second; });
  return end;
}

template <class T>
std::vector<T> values(std::map<std::int64_t, T> by_index) {
  std::vector<T> result;
  result.reserve(by_index.size());
  for (auto& [index, value] : by_index) result.push_back(std::move(value));
  return result;
}

/// A run that was stopped and went on may tell a step twice: the later line holds.
void read_metrics(Run& run) {
  std::map<std::int64_t, Step> steps;
  std::map<std::int64_t, Norms> norms;
  std::map<std::int64_t, Epoch> epochs;
  for (const auto& line : io::read_json_lines(run.directory / "metrics.jsonl")) {
    const std::string event = text(line, "event");
    if (event == "start") {
      // The first start's time is when the run began; the latest plan is the one carried out.
      const std::string began = run.start ? run.start->time : text(line, "time");
      run.start = read_start(line);
      run.start->time = began;
    } else if (event == "step") {
      steps.insert_or_assign(integer(line, "step"), read_step(line));
    } else if (event == "norms") {
      norms.insert_or_assign(integer(line, "step"), read_norms(line));
    } else if (event == "epoch") {
      epochs.insert_or_assign(integer(line, "epoch"), read_epoch(line));
    } else if (event == "test") {
      run.test = Test{text(line, "weights"), read_score(line)};
    } else if (event == "end") {
      run.end = read_end(line);
    } else if (event == "warning") {
      run.warnings.push_back(text(line, "message"));
    }
  }
  run.steps = values(std::move(steps));
  run.norms = values(std::move(norms));
  run.epochs = values(std::move(epochs));
}

/// Reads one file if it is there. What is wrong with it is told on the page and costs only what the
/// file holds.
void attempt(Run& run, const char* file,
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
  if (!json.is_object())
    throw Error(Code::data, fmt::format("{}: not a JSON object", path.string()));
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

std::int64_t Run::steps_done() const {
  return std::max({std::int64_t{0}, steps.empty() ? 0 : steps.back().step,
                   epochs.empty() ? 0 : epochs.back().step});
}

double Run::seconds() const {
  if (end) return end->seconds;
  double latest = steps.empty() ? kMissing : steps.back().seconds;
  if (!epochs.empty()) latest = std::fmax(latest, epochs.back().seconds);
  return latest;
}

Run read_run(const std::filesystem::path& directory) {
  Run run;
  run.directory = std::filesystem::absolute(directory).lexically_normal();
  if (!run.directory.has_filename()) run.directory = run.directory.parent_path();
  const bool log = std::filesystem::exists(run.directory / "metrics.jsonl");
  if (!log && !std::filesystem::exists(run.directory / "recipe.toml"))
    throw Error(Code::io,
                fmt::format("{}: no run here (neither metrics.jsonl nor recipe.toml); give "
                            "the folder that `temper train` named",
                            directory.string()));
  if (log) read_metrics(run);
  attempt(run, "recipe.toml", [&](const auto& path) { run.recipe = io::read_text(path); });
  attempt(run, "environment.json",
          [&](const auto& path) { run.environment = read_environment(path); });
  attempt(run, "predictions.safetensors",
          [&](const auto& path) { run.predictions = read_predictions(path); });
  attempt(run, "mistakes.safetensors", [&](const auto& path) {
    if (run.predictions) run.mistakes = read_mistakes(path, run.predictions->logits.size(0));
  });
  return run;
}

}  // namespace temper::report

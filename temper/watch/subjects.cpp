#include "temper/watch/subjects.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/io/disk/read_file.h"
#include "temper/report/number.h"
#include "temper/report/page.h"
#include "temper/report/saved_inspection.h"
#include "temper/report/study_page.h"

namespace temper::watch {
namespace {

namespace fs = std::filesystem;

/// The files that the page of a run is made of, besides those with weights, which are there at its
/// end.
constexpr std::array<std::string_view, 8> kRunFiles{
    "metrics.jsonl",        "recipe.toml", "environment.json",       "predictions.safetensors",
    "mistakes.safetensors", "replay",      "inspection.safetensors", "temperature.json"};

std::string stamp_text(const fs::path& path) {
  const auto stamp = io::stamp_of(path);
  return fmt::format("{} {}\n", stamp.size, stamp.modified);
}

/// When a file was last changed, in seconds since 1970; 0: unknown.
std::int64_t written(const fs::path& path) {
  return io::stamp_of(path).modified / 1'000'000'000;
}

/// Whether there is anything at a path, or something that can't be looked at.
bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error) || error;
}

/// The states of the files with weights: model.safetensors and those of averages.
std::string weights_stamp(const fs::path& run) {
  std::error_code error;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(run, error))
    if (entry.path().filename().native().starts_with("model")) files.push_back(entry.path());
  std::ranges::sort(files);
  std::string stamp;
  for (const auto& file : files) stamp += stamp_text(file);
  return stamp;
}

std::string progress_of(const report::Run& run) {
  if (run.end)
    return fmt::format("The run has ended after {}.", report::counted(run.steps_done(), "step"));
  if (!run.start) return "Nothing has been logged yet.";
  return fmt::format("Step {} of {}.", report::count_text(run.steps_done()),
                     report::count_text(run.start->total_steps));
}

/// read_run(), with an error of the directory's permissions as Error{Code::io}.
report::Run read(const fs::path& directory) {
  try {
    return report::read_run(directory);
  } catch (const fs::filesystem_error& error) {
    throw Error(Code::io, {.file = directory.string()},
                "cannot read the run: " + error.code().message());
  }
}

std::string run_html(const fs::path& directory, const std::string& name,
                     const std::string& version) {
  if (!is_there(directory))
    return notice_page(name,
                       "The run has not begun: its directory does not exist yet. This page "
                       "shows the run as soon as it does.",
                       version);
  auto run = read(directory);
  auto inspection = report::saved_inspection(run);
  const report::Live live{.version = version,
                          .text = progress_of(run),
                          .written = written(directory / "metrics.jsonl"),
                          .ended = run.end.has_value()};
  return report::page(report::gather(std::move(run), std::move(inspection)), &live);
}

/// A study whose data is open, and its results so far.
struct OpenStudy {
  OpenStudy(const fs::path& file, const std::vector<std::string>& sets,
            const study::AblateOptions& options)
      : previewer(study::load_study(file, sets), options), store(options.engine.folder) {}

  study::Previewer previewer;
  study::Store store;
};

std::string progress_of(const study::Preview& preview) {
  if (preview.table.complete)
    return fmt::format("The study is complete: {}.", report::counted(preview.table.runs, "run"));
  return fmt::format("{} so far. Next: {}", report::counted(preview.table.runs, "run"),
                     preview.stand.next.sentence);
}

std::string study_html(OpenStudy& open, const std::string& version) {
  open.store.refresh();
  const auto preview = open.previewer.preview(open.store, study::Extras::when_complete);
  const report::Live live{.version = version,
                          .text = progress_of(preview),
                          .written = written(open.store.folder() / "results.csv"),
                          .ended = preview.table.complete};
  return report::study_page(preview.table, &live);
}

}  // namespace

Subject run_subject(const fs::path& directory) {
  auto path = fs::absolute(directory).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  if (is_there(path / "results.csv") && !is_there(path / "recipe.toml") &&
      !is_there(path / "metrics.jsonl"))
    throw Error(Code::usage, {.file = directory.string()},
                "this is the folder of a study's results, not a run directory; name the study "
                "file, and the folder with --out");
  const auto name = path.filename().string();
  return {
      .name = name,
      .stamp =
          [path] {
            std::string stamp;
            for (const auto file : kRunFiles) stamp += stamp_text(path / file);
            return stamp + weights_stamp(path) + (is_there(path) ? "there" : "");
          },
      .html = [path, name](const std::string& version) { return run_html(path, name, version); }};
}

Subject study_subject(const fs::path& file, const std::vector<std::string>& sets,
                      const study::AblateOptions& options) {
  const auto open = std::make_shared<OpenStudy>(file, sets, options);
  const auto results = options.engine.folder / "results.csv";
  return {.name = file.stem().string(),
          .stamp = [results] { return stamp_text(results); },
          .html = [open](const std::string& version) { return study_html(*open, version); }};
}

void give_way() {
  constexpr int kPriority = 10;  // a tenth of the processor time of a process with 0
  if (::getpriority(PRIO_PROCESS, 0) < kPriority) ::setpriority(PRIO_PROCESS, 0, kPriority);
  at::set_num_threads(1);
}

}  // namespace temper::watch

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "commands.h"
#include "output.h"
#include "run_study.h"
#include "signals.h"
#include "temper/core/duration.h"
#include "temper/core/error.h"
#include "temper/run/require_run.h"
#include "temper/watch/live_page.h"
#include "temper/watch/server.h"
#include "temper/watch/subjects.h"

namespace temper::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string subject;
  std::string host = watch::ServerOptions().host;
  std::int64_t port = 0;
  std::string out;
  std::optional<std::int64_t> jobs;
  std::string budget;
  std::vector<std::string> sets;
};

watch::Subject subject_of(const Options& options) {
  const fs::path path = options.subject;
  if (path.extension() == ".toml" && !fs::is_directory(path)) {
    require_study(options.subject);
    return watch::study_subject(
        path, options.sets,
        {.engine = {.folder = options.out.empty() ? "studies" : options.out,
                    .jobs = options.jobs.value_or(1)},
         .budget = options.budget.empty() ? 0 : parse_duration(options.budget)});
  }
  if (!options.out.empty() || !options.sets.empty() || options.jobs || !options.budget.empty())
    throw Error(Code::usage,
                fmt::format("--out, --set, --jobs and --budget are for a study; '{}' is no study "
                            "file (.toml)",
                            options.subject));
  auto subject = watch::run_subject(path);
  if (fs::exists(path)) run::require_run(path);
  return subject;
}

void watch_command(const Options& options) {
  watch::give_way();
  watch::LivePage page(subject_of(options));
  watch::Server server({.host = options.host, .port = static_cast<std::uint16_t>(options.port)},
                       [&page] { return page.now(); });
  const auto& stop = stop_on_signals();
  if (std::error_code none; !fs::exists(options.subject, none))
    print_text(stderr, "{} does not exist yet; the page waits for it\n", options.subject);
  if (!server.is_local())
    print_text(stderr,
               "other machines can read the page: it has no password and is not "
               "encrypted\n");
  print_text("{}  (Ctrl-C ends it)\n", server.url());
  std::fflush(stdout);
  server.run(stop);
}

}  // namespace

void add_watch(const Command& app) {
  const auto command =
      app.command("watch", "Serve the page of a run or study to a browser while it goes on");
  auto options = std::make_shared<Options>();
  command
      .option("run", options->subject,
              "a run directory, which may not exist yet, or the file of a study (.toml)")
      .called("RUN")
      .required();
  command.option("--port", options->port, "port to listen on; 0: any free one, which is printed")
      .called("PORT")
      .within(0, 65535)
      .with_default();
  command
      .option(
          "--host", options->host,
          "address to listen on; with any other than a loopback address, such as 0.0.0.0, other "
          "machines can read the page")
      .called("ADDRESS")
      .with_default();
  command
      .option("--out", options->out,
              "of a study: the folder of its results, as of `temper ablate`; default: studies")
      .called("DIR");
  command.study_edits(options->sets);
  command
      .option("--jobs", options->jobs,
              "of a study with a budget: number of runs at a time, of all its processes together")
      .called("N")
      .positive();
  command.option("--budget", options->budget, "of a study: as of `temper ablate`").called("TIME");
  command.footer(
      "Examples:\n"
      "  temper watch runs/mine\n"
      "  temper watch runs/mine --port 8080\n"
      "  temper watch mine.toml --out trial --set seeds=3\n\n"
      "The page loads itself again when the files have changed. Nothing can be changed through it, "
      "and\nno other file can be read.");
  command.run([options] { watch_command(*options); });
}

}  // namespace temper::cli

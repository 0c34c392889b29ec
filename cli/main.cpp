#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "commands.h"
#include "complete.h"
#include "current_error.h"
#include "output.h"
#include "ranks.h"
#include "temper/core/error.h"
#include "temper/core/process.h"
#include "temper/core/version.h"
#include "temper/distributed/error_file.h"
#include "temper/study/engine/run_trial.h"
#include "trial.h"
#include "usage_message.h"

namespace temper::cli {
namespace {

constexpr auto kExamples = R"(Examples:
  temper train                                   train on Fashion-MNIST with the defaults
  temper train pictures/ --set epochs=20         train on a folder with one folder per class
  temper recipe new pictures/ --out mine.toml    write a recipe for a data set
  temper data check pictures/                    check a data set for errors
  temper preview mine.toml                       show what the network will see
  temper train mine.toml --dry-run               estimate the time and memory of a run
  temper train mine.toml --out runs/mine         train; Ctrl-C saves, the same command resumes
  temper report runs/mine                        write the page with curves, mistakes, calibration
  temper watch runs/mine                         show it in a browser while the run goes on
  temper eval runs/mine --data newer/            evaluate on other labeled images
  temper predict runs/mine cat.jpg new/          classify images
  temper embed runs/mine --knn 20                measure how good its features are
  temper export runs/mine --to onnx              write the network for other programs
  temper diff runs/mine runs/mine-2              show the differences between two runs
  temper runs                                    list the runs with their results
  temper compare runs/mine runs/mine-2           compare runs, also image by image
  temper ablate study.toml --jobs 2              compare recipes, with many seeds and tests
  temper why plain.toml better.toml              attribute the gain to the differences
  temper tune lr mine.toml                       find a learning rate by the range test
  temper tune search.toml --jobs 2               search for options on the validation set
  temper replay runs/mine --step 420             replay one step, for example a loss spike
  temper list optimizer                          list the optimizers
  temper explain label_smoothing                 describe a technique
  temper inspect resnet --set model.depth=50     show a network's layers and what it needs
  temper import args.yaml --out mine.toml        make a recipe from timm's settings

Exit status: 0 success, 2 error in the command line or recipe, 3 in the data, 4 reading or writing
files, 5 non-finite loss or gradient, 70 a bug, 75 stopped after saving (run again to resume).)";

void build(CLI::App& root, const std::vector<std::string>& command_line) {
  root.set_version_flag("--version", fmt::format("temper {} ({})", kVersion, kCommit));
  const Command app(&root);
  app.needs_command();
  add_train(app, command_line);
  add_eval(app);
  add_predict(app);
  add_export(app);
  add_embed(app);
  add_preview(app);
  add_report(app);
  add_watch(app);
  add_replay(app);
  add_diff(app);
  add_compare(app);
  add_runs(app);
  add_ablate(app);
  add_why(app);
  add_tune(app);
  add_data(app);
  add_bench(app);
  add_list(app);
  add_explain(app);
  add_inspect(app);
  add_import(app);
  add_recipe(app);
  add_selftest(app);
  add_completion(app);
  app.footer(kExamples);  // after the commands, which would have it, too
}

/// Prints an error; torchrun gets it as well, where that has started this process.
/// @return the exit status
int report_error(const Error& error) {
  std::fflush(stdout);
  print_text(stderr, "temper: {}\n", error.what());
  (void)distributed::write_error_file(distributed::process_environment(), error);
  return static_cast<int>(error.code());
}

/// Whether a command runs a network.
bool computes(int argc, char** argv) {
  constexpr std::array<std::string_view, 12> commands{
      "train",  "eval",  "predict",  "embed",   "export", "report",
      "replay", "bench", "selftest", "compare", "tune",   study::kTrialCommand};
  return argc > 1 && std::ranges::find(commands, argv[1]) != commands.end();
}

/// Whether several processes that torchrun has started can't do a command together.
bool is_for_one_process(const std::string& command) {
  return command != "train" && !command.starts_with('-');
}

int run(int argc, char** argv) {
  const std::vector<std::string> command_line(argv, argv + argc);
  CLI::App app("temper trains convolutional image classifiers, with bitwise reproducible results.",
               "temper");
  build(app, command_line);
  if (argc == 1) {
    fmt::print("{}", app.help());
    return static_cast<int>(Code::usage);
  }
  // CLI11 would take the words for arguments.
  if (argc > 2 && command_line[1] == kCompleteCommand && command_line[2] == "--") {
    fmt::print("{}", complete(app, {command_line.begin() + 3, command_line.end()}));
    return 0;
  }
  if (argc == 3 && command_line[1] == study::kTrialCommand) {
    run_trial(command_line[2]);
    return 0;
  }
  if (is_for_one_process(command_line[1])) refuse_torchrun(command_line[1]);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0 || error.get_name() == "RuntimeError") return app.exit(error);
    return report_error(Error(Code::usage, usage_message(app, error, command_line)));
  }
  return 0;
}

int flushed(int status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  return report_error(Error(Code::io, fmt::format("cannot write to standard output: {}",
                                                  std::generic_category().message(errno))));
}

}  // namespace
}  // namespace temper::cli

int main(int argc, char** argv) {
  if (temper::cli::computes(argc, argv)) temper::restart_with_huge_pages(argv);
  try {
    return temper::cli::flushed(temper::cli::run(argc, argv));
  } catch (const std::exception&) {
    return temper::cli::report_error(temper::cli::current_error());
  }
}

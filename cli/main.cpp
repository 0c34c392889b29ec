#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "commands.h"
#include "temper/core/error.h"
#include "temper/core/process.h"
#include "temper/core/version.h"
#include "temper/recipe/spelling.h"

namespace temper::cli {
namespace {

constexpr auto kExamples = R"(Examples:
  temper train                                   train on Fashion-MNIST with the defaults
  temper train pictures/ --set epochs=20         train on a folder with one folder a class
  temper recipe new pictures/ --out mine.toml    write a recipe to begin with
  temper data check pictures/                    what is in there, what is wrong with it?
  temper train mine.toml --dry-run               what will it cost?
  temper train mine.toml                         train; Ctrl-C saves, the same command goes on
  temper report runs/mine                        the page with curves, mistakes and calibration
  temper predict runs/mine cat.jpg               what is in a picture?
  temper diff runs/mine runs/mine-2              what differs between two runs?
  temper replay runs/mine --step 420             why did the loss spike?
  temper list optimizer                          what is there?
  temper explain label_smoothing                 what does it do?

Exit status: 0 done, 2 command line or recipe, 3 data, 4 disk, 5 numbers that are not finite,
75 stopped after saving (run again to go on), 70 a bug.)";

void build(CLI::App& root, const std::vector<std::string>& command_line) {
  root.set_version_flag("--version", fmt::format("temper {} ({})", kVersion, kCommit));
  const Command app(&root);
  app.needs_command();
  app.footer(kExamples);
  add_train(app, command_line);
  add_eval(app);
  add_predict(app);
  add_report(app);
  add_replay(app);
  add_diff(app);
  add_data(app);
  add_bench(app);
  add_list(app);
  add_explain(app);
  add_recipe(app);
  add_selftest(app);
  add_completion(root);
}

int complain(std::string_view message, int status) {
  std::fflush(stdout);
  fmt::print(stderr, "temper: {}\n", message);
  return status;
}

// CLI11 says that something was not expected; a slip in a command's name deserves the right one.
std::string usage_message(const CLI::App& root, const CLI::ParseError& error,
                          const std::vector<std::string>& words) {
  const CLI::App* app = &root;
  auto path = root.get_name();
  for (std::size_t i = 1; i < words.size(); ++i) {
    std::vector<std::string> names;
    for (const auto* command : app->get_subcommands([](const CLI::App*) { return true; }))
      names.push_back(command->get_name());
    if (names.empty() || words[i].starts_with('-')) break;
    if (std::ranges::find(names, words[i]) == names.end())
      return fmt::format(
          "there is no command '{} {}': {}", path, words[i],
          recipe::suggestion(words[i], {names.begin(), names.end()}, "the commands are"));
    app = app->get_subcommand(words[i]);
    path += " " + words[i];
  }
  return fmt::format("{}; see '{} --help'", error.what(), path);
}

/// Whether a command passes images through a network.
bool computes(int argc, char** argv) {
  constexpr std::array<std::string_view, 7> commands{"train",  "eval",  "predict", "report",
                                                     "replay", "bench", "selftest"};
  return argc > 1 && std::ranges::find(commands, argv[1]) != commands.end();
}

int run(int argc, char** argv) {
  const std::vector<std::string> command_line(argv, argv + argc);
  CLI::App app("temper trains convolutional image classifiers well: every number reproducible.",
               "temper");
  build(app, command_line);
  if (argc == 1) {
    fmt::print("{}", app.help());
    return static_cast<int>(Code::usage);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0 || error.get_name() == "RuntimeError") return app.exit(error);
    return complain(usage_message(app, error, command_line), static_cast<int>(Code::usage));
  }
  return 0;
}

int flushed(int status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  return complain(
      fmt::format("cannot write to standard output: {}", std::generic_category().message(errno)),
      static_cast<int>(Code::io));
}

}  // namespace
}  // namespace temper::cli

int main(int argc, char** argv) {
  using temper::Code;
  if (temper::cli::computes(argc, argv)) temper::settle_process(argv);
  using temper::cli::complain;
  try {
    return temper::cli::flushed(temper::cli::run(argc, argv));
  } catch (const temper::Error& error) {
    return complain(error.what(), static_cast<int>(error.code()));
  } catch (const std::bad_alloc&) {
    return complain("out of memory; lower data.batch_size or the size of the network",
                    static_cast<int>(Code::usage));
  } catch (const std::exception& error) {
    return complain(fmt::format("this is a bug, please report it: {}", error.what()),
                    static_cast<int>(Code::internal));
  }
}

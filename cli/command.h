#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

// CLI11 itself is included by few files only, since compiling it takes seconds.
namespace CLI {
class App;
class Option;
}  // namespace CLI

/// Declares the arguments of commands. These are handles: copies refer to the same command.
namespace temper::cli {

/// An argument of a command: an option (--out DIR), a flag (--json) or a positional one (RUN).
class Argument {
 public:
  explicit Argument(CLI::Option* option) : option_(option) {}

  Argument& called(const std::string& what);  ///< placeholder of the value in --help: "DIR"
  Argument& required();
  Argument& with_default();  ///< --help shows the default
  Argument& positive();      ///< only numbers > 0 are accepted
  Argument& within(int low, int high);
  Argument& within(double low, double high);
  Argument& one_of(const std::vector<std::string>& values);
  Argument& one_at_a_time();           ///< a list grows by repeating the option
  Argument& separated_by(char comma);  ///< separator of a list's values
  Argument& excludes(const Argument& other);
  Argument& needs(const Argument& other);  ///< it is refused without the other one

 private:
  CLI::Option* option_;
};

class Command {
 public:
  explicit Command(CLI::App* app) : app_(app) {}

  /// Adds a subcommand.
  [[nodiscard]] Command command(const std::string& name, const std::string& about) const;
  /// Requires a subcommand.
  void needs_command() const;

  // `into` must live as long as the command: the function given to run() should own it.
  Argument option(const std::string& names, std::string& into, const std::string& about) const;
  Argument option(const std::string& names, std::vector<std::string>& into,
                  const std::string& about) const;
  Argument option(const std::string& names, std::int64_t& into, const std::string& about) const;
  Argument option(const std::string& names, std::optional<std::int64_t>& into,
                  const std::string& about) const;
  Argument option(const std::string& names, double& into, const std::string& about) const;
  Argument flag(const std::string& names, bool& into, const std::string& about) const;
  void edits(std::vector<std::string>& into) const;  ///< --set, which edits a recipe
  /// --set, which edits the options of a trained network's evaluation.
  void evaluation_edits(std::vector<std::string>& into) const;
  void study_edits(std::vector<std::string>& into) const;  ///< --set, which edits a study file
  void footer(const std::string& text) const;

  /// Sets the function that is called after the arguments have been parsed.
  void run(const std::function<void()>& work) const;

 private:
  CLI::App* app_;
};

/// Ends a command with that exit status; the command has already printed what went wrong.
[[noreturn]] void end_with(int status);

}  // namespace temper::cli

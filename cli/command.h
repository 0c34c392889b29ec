#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

// CLI11 itself is included by few files only: each pays seconds for it.
namespace CLI {
class App;
class Option;
}  // namespace CLI

/// How a command says what it takes. Handles: copies speak of the same command.
namespace temper::cli {

/// An argument of a command: an option (--out DIR), a flag (--json) or a positional one (RUN).
class Argument {
 public:
  explicit Argument(CLI::Option* option) : option_(option) {}

  Argument& called(const std::string& what);  ///< the value, in --help: "DIR"
  Argument& required();
  Argument& with_default();  ///< --help tells it
  Argument& positive();      ///< anything but a number > 0 is refused
  Argument& within(int low, int high);
  Argument& within(double low, double high);
  Argument& one_of(const std::vector<std::string>& values);
  Argument& one_at_a_time();           ///< a list grows by naming the option again
  Argument& separated_by(char comma);  ///< a list's values
  Argument& excludes(const Argument& other);

 private:
  CLI::Option* option_;
};

class Command {
 public:
  explicit Command(CLI::App* app) : app_(app) {}

  /// One below this.
  [[nodiscard]] Command command(const std::string& name, const std::string& about) const;
  /// It does nothing without one below it.
  void needs_command() const;

  // `into` must live as long as the command: let run()'s function own it.
  Argument option(const std::string& names, std::string& into, const std::string& about) const;
  Argument option(const std::string& names, std::vector<std::string>& into,
                  const std::string& about) const;
  Argument option(const std::string& names, std::int64_t& into, const std::string& about) const;
  Argument option(const std::string& names, std::optional<std::int64_t>& into,
                  const std::string& about) const;
  Argument option(const std::string& names, double& into, const std::string& about) const;
  Argument flag(const std::string& names, bool& into, const std::string& about) const;
  void footer(const std::string& text) const;

  /// What it does, once its arguments are read.
  void run(const std::function<void()>& work) const;

 private:
  CLI::App* app_;
};

/// Ends a command's work with that exit status, for one that has said what went wrong.
[[noreturn]] void end_with(int status);

}  // namespace temper::cli

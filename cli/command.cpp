#include "command.h"

#include <CLI/CLI.hpp>

namespace temper::cli {

Argument Argument::called(const std::string& what) const {
  return Argument(option_->type_name(what));
}

Argument Argument::required() const {
  return Argument(option_->required());
}

Argument Argument::with_default() const {
  return Argument(option_->capture_default_str());
}

Argument Argument::positive() const {
  return Argument(option_->check(CLI::PositiveNumber));
}

Argument Argument::within(int low, int high) const {
  return Argument(option_->check(CLI::Range(low, high)));
}

Argument Argument::within(double low, double high) const {
  return Argument(option_->check(CLI::Range(low, high)));
}

Argument Argument::one_of(const std::vector<std::string>& values) const {
  return Argument(option_->check(CLI::IsMember(values)));
}

Argument Argument::one_at_a_time() const {
  return Argument(option_->allow_extra_args(false));
}

Argument Argument::separated_by(char comma) const {
  return Argument(option_->delimiter(comma));
}

Argument Argument::excludes(const Argument& other) const {
  return Argument(option_->excludes(other.option_));
}

Command Command::command(const std::string& name, const std::string& about) const {
  return Command(app_->add_subcommand(name, about));
}

void Command::needs_command() const {
  app_->require_subcommand(1);
}

Argument Command::option(const std::string& names, std::string& into,
                         const std::string& about) const {
  return Argument(app_->add_option(names, into, about));
}

Argument Command::option(const std::string& names, std::vector<std::string>& into,
                         const std::string& about) const {
  return Argument(app_->add_option(names, into, about));
}

Argument Command::option(const std::string& names, std::int64_t& into,
                         const std::string& about) const {
  return Argument(app_->add_option(names, into, about));
}

Argument Command::option(const std::string& names, std::optional<std::int64_t>& into,
                         const std::string& about) const {
  return Argument(app_->add_option(names, into, about));
}

Argument Command::option(const std::string& names, double& into, const std::string& about) const {
  return Argument(app_->add_option(names, into, about));
}

Argument Command::flag(const std::string& names, bool& into, const std::string& about) const {
  return Argument(app_->add_flag(names, into, about));
}

void Command::footer(const std::string& text) const {
  app_->footer(text);
}

void Command::run(const std::function<void()>& work) const {
  app_->callback(work);
}

void end_with(int status) {
  throw CLI::RuntimeError(status);
}

}  // namespace temper::cli

#include "command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "temper/core/parse_number.h"

namespace temper::cli {
namespace {

/// CLI11's own check of this names the smallest and the largest number there is.
std::string check_positive(const std::string& text) {
  if (const auto number = parse_number<double>(text); number && *number > 0) return {};
  return fmt::format("expected a number above 0, not '{}'", text);
}

}  // namespace

Argument& Argument::called(const std::string& what) {
  option_->type_name(what);
  return *this;
}

Argument& Argument::required() {
  option_->required();
  return *this;
}

Argument& Argument::with_default() {
  option_->capture_default_str();
  return *this;
}

Argument& Argument::positive() {
  option_->check(check_positive, "POSITIVE");
  return *this;
}

Argument& Argument::within(int low, int high) {
  option_->check(CLI::Range(low, high));
  return *this;
}

Argument& Argument::within(double low, double high) {
  option_->check(CLI::Range(low, high));
  return *this;
}

Argument& Argument::one_of(const std::vector<std::string>& values) {
  option_->check(CLI::IsMember(values));
  return *this;
}

Argument& Argument::one_at_a_time() {
  option_->allow_extra_args(false);
  return *this;
}

Argument& Argument::separated_by(char comma) {
  option_->delimiter(comma);
  return *this;
}

Argument& Argument::excludes(const Argument& other) {
  option_->excludes(other.option_);
  return *this;
}

Argument& Argument::needs(const Argument& other) {
  option_->needs(other.option_);
  return *this;
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

void Command::edits(std::vector<std::string>& into) const {
  option("--set", into, "override an option, for example optimizer.lr=0.1; may be repeated")
      .called("KEY=VALUE")
      .one_at_a_time();
}

void Command::evaluation_edits(std::vector<std::string>& into) const {
  option("--set", into,
         "override an evaluation option, for example evaluation.size=288; may be repeated")
      .called("EVALUATION-KEY=VALUE")
      .one_at_a_time();
}

void Command::study_edits(std::vector<std::string>& into) const {
  option("--set", into,
         "override a key of the study file, for example seeds=3, or an option of its base recipe, "
         "for example base.epochs=2; may be repeated")
      .called("STUDY-KEY=VALUE")
      .one_at_a_time();
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

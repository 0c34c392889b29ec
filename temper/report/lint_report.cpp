#include "temper/report/lint_report.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "temper/core/error.h"
#include "temper/core/printable.h"
#include "temper/study/engine/trial.h"
#include "temper/train/open_data.h"

namespace temper::report {
namespace {

study::DataFacts data_facts(const recipe::Recipe& recipe, std::optional<std::int64_t> images) {
  study::DataFacts facts;
  if (images) {
    facts.train_images = *images;
    return facts;
  }
  const auto data = train::open_data(recipe);
  facts.train_images = data.train->size();
  facts.has_validation = data.validation != nullptr;
  return facts;
}

/// Adds what the data tells: whether it has a validation set, and the length of the run.
void look_at_data(recipe::LintSubject& subject, std::optional<std::int64_t> images,
                  std::vector<std::string>& notes) {
  const auto& recipe = subject.recipe;
  try {
    const auto facts = data_facts(recipe, images);
    if (!images) subject.has_validation = facts.has_validation;
    subject.images = facts.train_images;
    subject.horizon = recipe::horizon_of(recipe, study::steps_per_epoch(recipe, facts));
  } catch (const Error& error) {
    notes.push_back(
        fmt::format("the number of steps is not known, and rules that need it are left "
                    "out: {}; --images names the number of training images",
                    error.what()));
  }
}

std::optional<recipe::Recipe> teacher_of(const recipe::Recipe& recipe,
                                         std::vector<std::string>& notes) {
  if (!recipe.distillation) return std::nullopt;
  const std::filesystem::path from = recipe.distillation->from;
  std::error_code none;
  if (std::filesystem::exists(from / "recipe.toml", none)) try {
      return recipe::load(from / "recipe.toml");
    } catch (const Error& error) {
      notes.push_back(fmt::format("the teacher's recipe can't be read: {}", error.what()));
      return std::nullopt;
    }
  notes.push_back(
      fmt::format("distillation.from = {} is no run directory, so how the teacher was "
                  "trained is not known",
                  recipe::quote(recipe.distillation->from)));
  return std::nullopt;
}

}  // namespace

LintReport lint_report(const recipe::Recipe& recipe, std::optional<std::int64_t> images) {
  LintReport report;
  recipe::LintSubject subject(recipe);
  look_at_data(subject, images, report.notes);
  const auto teacher = teacher_of(recipe, report.notes);
  if (teacher) subject.teacher = &*teacher;
  report.findings = recipe::lint_findings(subject);
  return report;
}

std::string to_text(const LintReport& report) {
  std::string text;
  for (const auto& [rule, found] : report.findings) {
    text += fmt::format("{}: {} [{}]\n  {}\n", name_of(rule->severity), printable(found), rule->id,
                        rule->reason);
    if (!rule->source.empty()) text += fmt::format("  source: {}\n", rule->source);
  }
  for (const auto& note : report.notes) text += fmt::format("note: {}\n", printable(note));
  if (report.findings.empty()) text += "nothing to advise\n";
  return text;
}

nlohmann::ordered_json to_json(const LintReport& report) {
  auto findings = nlohmann::ordered_json::array();
  for (const auto& [rule, found] : report.findings)
    findings.push_back({{"rule", rule->id},
                        {"severity", name_of(rule->severity)},
                        {"text", found},
                        {"reason", rule->reason},
                        {"source", rule->source}});
  return {{"findings", std::move(findings)}, {"notes", report.notes}};
}

}  // namespace temper::report

#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "temper/core/fields.h"
#include "temper/recipe/recipe.h"

/// Advice on recipes: rules that look at one, each with a reason and a source.
namespace temper::recipe {

enum class Severity : std::uint8_t {
  warning,  ///< probably a mistake; `temper train` says it, too
  advice    ///< allowed and common, but the literature or experience speaks against it
};

/// A recipe as the rules see it.
struct LintSubject {
  /// @param of              must outlive the subject, as the teacher's must
  /// @param length          of the run, where it is known
  /// @param teacher_recipe  that of distillation.from, where it is a run's
  explicit LintSubject(const Recipe& of, std::optional<schedule::Horizon> length = {},
                       const Recipe* teacher_recipe = nullptr);

  const Recipe& recipe;
  std::optional<schedule::Horizon> horizon;
  const Recipe* teacher;
  /// Whether there is a validation set where data.validation and data.folds hold out none, as the
  /// data has one of its own; nothing: not known.
  std::optional<bool> has_validation = {};
  /// The number of training images, those that are held out included; nothing: not known.
  std::optional<std::int64_t> images = {};
  std::map<std::string, std::string, std::less<>> values;  ///< facts(), TOML by path

  /// Whether the option has that value, as TOML.
  [[nodiscard]] bool is(std::string_view path, std::string_view value) const;
  /// A number; of one with a schedule nothing.
  [[nodiscard]] std::optional<double> number(std::string_view path) const;
  /// The run's epochs; 0: not known, as it is given in steps.
  [[nodiscard]] std::int64_t epochs() const;
  /// What a sentence about a missing validation set begins with; "" where there is a set.
  [[nodiscard]] std::string_view without_validation() const;
};

struct LintRule {
  std::string_view id;  ///< "early-stopping-annealed"
  Severity severity = Severity::advice;
  std::string_view reason;  ///< why it is probably a mistake, or what speaks against it
  std::string_view source;  ///< authors, year, title or arXiv number; "" where the reason is logic
  /// What was found, one sentence each, without a full stop at the end; none: nothing.
  std::vector<std::string> (*found)(const LintSubject& subject) = nullptr;
};

/// All rules, those of warnings first.
std::vector<const LintRule*> lint_rules();

struct Finding {
  const LintRule* rule = nullptr;
  std::string text;
};

std::vector<Finding> lint_findings(const LintSubject& subject);

/// The warnings among them, one sentence each.
std::vector<std::string> lint(const LintSubject& subject);

/// The rules of advice, in lint_advice.cpp.
std::span<const LintRule> advice_rules();

}  // namespace temper::recipe

template <>
struct temper::EnumNames<temper::recipe::Severity> {
  static constexpr std::array<std::string_view, 2> value{"warning", "advice"};
};

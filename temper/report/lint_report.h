#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "temper/recipe/lint.h"

namespace temper::report {

/// What the rules found in a recipe.
struct LintReport {
  std::vector<recipe::Finding> findings;
  std::vector<std::string> notes;  ///< which rules could not look, and why
};

/// The length of the run is that with the recipe's data, which may have a validation set of its
/// own, and the teacher's recipe that of the run in distillation.from. Where either can't be read,
/// a note says which rules were left out.
/// @param images  number of training images, validation images included; then no data is read
LintReport lint_report(const recipe::Recipe& recipe, std::optional<std::int64_t> images = {});

/// For a terminal.
std::string to_text(const LintReport& report);
nlohmann::ordered_json to_json(const LintReport& report);

}  // namespace temper::report

#pragma once
#include <string_view>

#include "temper/study/definition/study.h"

namespace temper::study {

/// Resolves the names of rows and checks all that can be checked without the recipe's options:
/// seeds, names, tags, figures, claims, what goes with which mode. Throws Error{Code::usage} with
/// the place of the first mistake. Options that would have no effect are mistakes, too.
void apply_rules(Study& study);

/// The study with its metric named: accuracy, or r2 for regression targets, where it names none.
/// Throws Error{Code::usage} for figures that these targets do not have, and for a metric without
/// a margin.
Study for_targets(Study study, bool regression);

/// Whether a study asks for a figure whose name begins so, whatever its split: as its metric, as a
/// further column or in a claim.
bool measures(const Study& study, std::string_view start);

}  // namespace temper::study

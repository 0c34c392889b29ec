#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "temper/study/definition/study.h"

namespace temper::study {

/// What the text of a study file and its edits say: every option, the rows of lists of values, and
/// the trees of a base recipe that is a table. Paths and values of the recipe's options are not
/// looked at. Throws Error{Code::usage} with the place of the first mistake.
Study read_study(std::string_view text, const std::string& name,
                 const std::vector<std::string>& sets = {});

}  // namespace temper::study

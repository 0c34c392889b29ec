#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "temper/tune/search.h"

namespace temper::tune {

/// What the text of a search file and its edits say, checked as far as that is possible without
/// recipes, and the tree of a base recipe that is a table. Throws Error{Code::usage} with the place
/// of the first mistake.
Search read_search(std::string_view text, const std::string& name,
                   const std::vector<std::string>& sets = {});

}  // namespace temper::tune

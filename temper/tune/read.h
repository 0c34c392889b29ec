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

/// Throws Error{Code::usage} where there is no parameter, for one that is searched for twice, whose
/// option a search must not change, or whose values contradict its distribution. Options go by
/// their names, which may replace aliases once the base recipe is known.
void check_parameters(const Search& search);

}  // namespace temper::tune

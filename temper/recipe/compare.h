#pragma once
#include <string>
#include <vector>

#include "temper/core/fields.h"
#include "temper/recipe/text.h"

namespace temper::recipe {

/// One fact about a set of options: an option's value, a technique's kind, a list's length.
struct Fact {
  std::string path;   ///< "optimizer.lr", "optimizer.kind", "data.augment.0.padding"
  std::string value;  ///< TOML
  bool is_default;
  bool changes_results;
};

/// Every fact, in the order of the fields. Defaults are those of `defaults`, a scratch copy that is
/// written to, and within a technique those of the kind that was chosen.
std::vector<Fact> facts(const Group& options, const Schedules& schedules, const Group& defaults);

struct Difference {
  std::string path;
  std::string left;   ///< TOML; "" where the option does not exist
  std::string right;  ///< TOML; "" where the option does not exist
  bool changes_results;
};

std::vector<Difference> differences(const std::vector<Fact>& left, const std::vector<Fact>& right);

}  // namespace temper::recipe

#pragma once
#include <nlohmann/json_fwd.hpp>
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
  /// Where it needs class labels and so is no fact for regression targets: what to do instead, such
  /// as "expected mse, huber or custom".
  std::string instead = "";
  Reach reach = Reach::training;  ///< see Meta
  bool by_step = false;           ///< see Meta; also for a number that may have a schedule
};

/// All facts, in the order of the fields. The defaults are those of `defaults`, a scratch copy that
/// is modified, and within a technique those of the chosen kind.
std::vector<Fact> facts(const Group& options, const Schedules& schedules, const Group& defaults);

nlohmann::ordered_json to_json(const std::vector<Fact>& facts);

struct Difference {
  std::string path;
  std::string left;   ///< TOML; "" where the option does not exist
  std::string right;  ///< TOML; "" where the option does not exist
  bool changes_results;
};

std::vector<Difference> differences(const std::vector<Fact>& left, const std::vector<Fact>& right);

}  // namespace temper::recipe

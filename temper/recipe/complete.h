#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "temper/core/fields.h"

namespace temper::recipe {

/// How an edit (`--set KEY=VALUE`) that is being typed may continue.
struct EditCompletion {
  struct Candidate {
    std::string text;     ///< the edit so far: "optimizer.", "optimizer.lr=", "optimizer.kind=sgd"
    std::string meaning;  ///< of a key; "" for a value
    bool operator==(const Candidate&) const = default;
  };
  std::vector<Candidate> candidates;
  bool text = false;  ///< the value is any text, for example a path
};

/// The keys that begin with the text, one level of tables at a time: those of every technique,
/// whichever is switched on. They end with "=", and with "." where there are options inside. After
/// the "=", the values that have names.
EditCompletion complete_edit(std::string_view typed);
/// The same for the options of evaluation alone.
EditCompletion complete_evaluation_edit(std::string_view typed);
/// The same for other options than those of a recipe.
EditCompletion complete_edit(std::string_view typed, const Group& options);

}  // namespace temper::recipe

#include "temper/tune/search.h"

#include <fmt/format.h>

#include "temper/core/error.h"
#include "temper/io/disk/read_file.h"
#include "temper/recipe/contradictions.h"
#include "temper/recipe/recipe.h"
#include "temper/recipe/search.h"
#include "temper/study/definition/describe.h"
#include "temper/study/definition/labels.h"
#include "temper/tune/read.h"
#include "temper/tune/setting.h"

namespace temper::tune {
namespace {

using recipe::Node;
using study::refuse;

constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 20;

void read_base(Search& search, const std::filesystem::path& folder) {
  const auto where = recipe::place(search.places, "base");
  const bool is_table = std::holds_alternative<Node::Table>(search.base_tree.root.value);
  if (search.base.empty() && !is_table)
    refuse(where,
           "no base; name the recipe that the trials change, as in base = \"mine.toml\", or "
           "write it here, under [base]");
  if (search.base.empty()) return;
  const auto path = folder / search.base;
  try {
    search.base_tree = recipe::parse_toml(io::read_text(path, kMaxBytes), path.string());
  } catch (const Error& error) {
    throw error.within(where);
  }
}

void check_method(const Search& search, const recipe::Recipe& base) {
  if (search.method == Method::random) {
    for (const char* option : {"eta", "min_epochs"})
      if (search.places.contains(option))
        refuse(recipe::place(search.places, option),
               fmt::format("{} has no effect without method = \"asha\"; leave it out", option));
    return;
  }
  const auto where = recipe::place(search.places, "method");
  if (base.epochs == 0)
    refuse(where,
           "method is \"asha\", which counts epochs, but the recipe's length is given in "
           "steps; give it in epochs");
  if (base.early_stopping)
    refuse(where,
           "method is \"asha\", which ends runs by itself; leave early_stopping out of the "
           "recipe");
  if (search.min_epochs > base.epochs)
    refuse(recipe::place(search.places, "min_epochs"),
           fmt::format("min_epochs is {}, but the recipe has {} epochs", search.min_epochs,
                       base.epochs));
}

void check_trials(const Search& search) {
  for (std::int64_t trial = 0; trial < search.trials; ++trial) {
    try {
      recipe::check_without_data(recipe_of(search, trial));
    } catch (const Error& error) {
      throw study::labelled(error, recipe::place(search.places, "trials"),
                            fmt::format("trial {}", trial + 1));
    }
  }
}

}  // namespace

Search parse_search(std::string_view text, const std::string& name,
                    const std::vector<std::string>& sets) {
  auto search = read_search(text, name, sets);
  read_base(search, std::filesystem::path(name).parent_path());
  auto base = recipe_of(search, -1);
  for (auto& parameter : search.parameters)
    parameter.option = recipe::canonical_path(group(base), parameter.option);
  check_parameters(search);
  check_method(search, base);
  for (auto& parameter : search.parameters) parameter.path = height_path(base, parameter.option);
  check_trials(search);
  return search;
}

recipe::EditCompletion complete_search_edit(std::string_view typed) {
  return study::complete_edit_with_base(typed, fresh_group<Search>());
}

Search load_search(const std::filesystem::path& file, const std::vector<std::string>& sets) {
  return parse_search(io::read_text(file, kMaxBytes), file.string(), sets);
}

}  // namespace temper::tune

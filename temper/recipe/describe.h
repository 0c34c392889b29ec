#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "temper/core/fields.h"

/// The catalog of techniques and options, derived from the recipe's own fields: a technique that is
/// added to a variant appears without further work.
namespace temper::recipe {

struct Option {
  std::string name;  ///< "lr", or "warmup.epochs" for an option of a plain table
  std::string alias;
  std::string values;         ///< "number >= 0", "l2 | decoupled", "true | false"
  std::string default_value;  ///< TOML
  std::string unit;
  std::string meaning;
  std::string table;  ///< of the first option of a plain table: its name and meaning
  bool scheduled;
  bool changes_results;
};

/// A technique, or a section of the recipe.
struct Technique {
  std::string category;  ///< "optimizer", "augment", "schedule"; "recipe" for sections
  std::string name;      ///< "sgd"
  std::string path;  ///< its path in a recipe: "optimizer", "data.augment", "loss.label_smoothing"
  std::string summary;
  std::string formula;
  std::string paper;
  std::vector<Option> options;
  std::string example;  ///< TOML with the defaults
};

/// All sections and techniques, grouped by category in the order of the recipe's fields: sections
/// first, schedules last.
std::vector<Technique> catalogue();

/// The categories in the catalogue's order.
std::vector<std::string> categories(const std::vector<Technique>& techniques);

/// The techniques of a name ("sgd") or of a category and name ("optimizer.sgd"); several where a
/// name is ambiguous. Throws Error{Code::usage} when there is none, with what describes the
/// category or option of that name, or with the nearest spelling.
std::vector<Technique> look_up(const std::vector<Technique>& techniques, std::string_view name);

/// The technique of that name. Throws Error{Code::usage} also where several techniques have it.
Technique look_up_one(const std::vector<Technique>& techniques, std::string_view name);

/// The shortest name of each technique that is its alone: "sgd", or with its category,
/// "model.custom".
std::vector<std::string> short_names(const std::vector<Technique>& techniques);

/// The output of `temper list`: names with their summaries, grouped by category.
/// @param category  empty: all categories
/// @throws Error{Code::usage} for an unknown category
std::string list_text(const std::vector<Technique>& techniques, std::string_view category = "");
nlohmann::ordered_json list_json(const std::vector<Technique>& techniques,
                                 std::string_view category = "");

/// The output of `temper explain`.
std::string explain_text(const Technique& technique);
nlohmann::ordered_json explain_json(const Technique& technique);

/// Every section and technique as Markdown tables, for the documentation.
std::string markdown(const std::vector<Technique>& techniques);

}  // namespace temper::recipe

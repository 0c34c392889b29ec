#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "temper/core/fields.h"

/// What there is to choose from, read off the recipe's own fields: a technique added to a variant
/// appears by itself.
namespace temper::recipe {

struct Option {
  std::string name;  ///< "lr", or "warmup.epochs" for an option of a plain table
  std::string alias;
  std::string values;         ///< "number >= 0", "l2 | decoupled", "true | false"
  std::string default_value;  ///< TOML
  std::string unit;
  std::string meaning;
  bool scheduled;
  bool changes_results;
};

/// A technique, or a section of the recipe.
struct Technique {
  std::string sort;  ///< "optimizer", "augment", "schedule"; "recipe" for sections
  std::string name;  ///< "sgd"
  std::string
      path;  ///< where it stands in a recipe: "optimizer", "data.augment", "loss.label_smoothing"
  std::string summary;
  std::string formula;
  std::string paper;
  std::vector<Option> options;
  std::string example;  ///< TOML with its defaults
};

/// Everything by sort, in the order of the recipe's fields: its sections first, schedules last.
std::vector<Technique> catalogue();

/// The sorts in the catalogue's order.
std::vector<std::string> sorts(const std::vector<Technique>& techniques);

/// By name ("sgd") or sort and name ("optimizer.sgd"); several where the name alone is not enough.
/// Throws Error{Code::usage} with the nearest spelling when there is none.
std::vector<Technique> look_up(const std::vector<Technique>& techniques, std::string_view name);

/// For `temper list`: names with their summaries, under their sorts. An empty sort: all; an unknown
/// one throws.
std::string list_text(const std::vector<Technique>& techniques, std::string_view sort = "");
nlohmann::ordered_json list_json(const std::vector<Technique>& techniques,
                                 std::string_view sort = "");

/// For `temper explain`.
std::string explain_text(const Technique& technique);
nlohmann::ordered_json explain_json(const Technique& technique);

/// Every section and technique as Markdown tables, for the documentation.
std::string markdown(const std::vector<Technique>& techniques);

}  // namespace temper::recipe

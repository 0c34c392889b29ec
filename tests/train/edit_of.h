#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "temper/recipe/describe.h"

/// The alternatives of a recipe's fields, as edits of the small run's recipe.
namespace temper::train::small {

/// What a technique needs beside its kind: a name, a length within images of 8 pixels, a width
/// at which a run does not take long.
inline std::string beside_kind(std::string_view technique) {
  if (technique == "custom") return ", name = \"mine\"";
  if (technique == "cutout") return ", length = 4";
  if (technique == "convnext") return ", width = 8";
  if (technique == "airbench") return ", widths = [4, 8, 8], whiten_bias_epochs = 1";
  if (technique == "mobilenet_v3") return ", variant = \"small\", width_factor = 0.25";
  return "";
}

/// The edit that selects a technique of the catalog; "" for a section, whose options have no
/// alternatives.
inline std::string edit_of(const recipe::Technique& technique) {
  const auto last = technique.path.substr(technique.path.rfind('.') + 1);
  auto switched_on = fmt::format("{}=true", technique.path);
  if (technique.category == "recipe") {
    const bool is_section = technique.path.empty() ||
                            technique.example.starts_with(fmt::format("[{}]", technique.path));
    return is_section ? "" : switched_on;
  }
  if (technique.category == "schedule")
    return fmt::format("{}={{ schedule = \"{}\" }}", technique.path, technique.name);
  const bool in_list = technique.example.find(last + " = [{") != std::string::npos;
  if (technique.name == last && !in_list) return switched_on;
  const auto table =
      fmt::format("{{ kind = \"{}\"{} }}", technique.name, beside_kind(technique.name));
  if (!in_list) return fmt::format("{}={}", technique.path, table);
  // The operations must end with the network's input size.
  return fmt::format("{}=[{}{}]", technique.path, table,
                     last == "augment" ? ", \"center_crop\"" : "");
}

}  // namespace temper::train::small

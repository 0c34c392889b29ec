#include "temper/recipe/describe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/spelling.h"
#include "temper/recipe/catalogue.h"
#include "temper/recipe/published_names.h"
#include "temper/recipe/recipe.h"
#include "temper/recipe/text.h"

namespace temper::recipe {
namespace {

constexpr std::size_t kColumns = 96;

// Breaks lines at spaces and indents all but the first.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t columns = kColumns) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (column > indent && column + 1 + end > columns) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += text.substr(0, end);
    column += end;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string indented(std::string_view text) {
  std::string out = "  ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "  ";
  }
  return out;
}

std::string remarks(const Option& option) {
  auto text = option.meaning;
  if (!option.table.empty()) text += fmt::format(" ({})", option.table);
  if (!option.unit.empty()) text += fmt::format(" [{}]", option.unit);
  if (option.scheduled) text += "; can be scheduled";
  if (!option.changes_results) text += "; does not change results";
  if (!option.alias.empty()) text += fmt::format("; alias: {}", option.alias);
  return text;
}

std::vector<Technique> of_category(const std::vector<Technique>& techniques,
                                   std::string_view category) {
  const auto names = categories(techniques);
  if (!category.empty() && std::ranges::find(names, category) == names.end())
    throw Error(Code::usage, fmt::format("there is no category '{}': {}", category,
                                         suggestion(category, {names.begin(), names.end()},
                                                    "the categories are")));
  std::vector<Technique> result;
  for (const auto& technique : techniques)
    if (category.empty() || technique.category == category) result.push_back(technique);
  return result;
}

std::string options_text(const std::vector<Option>& options) {
  std::size_t name = 0;
  std::size_t value = 0;
  for (const auto& option : options) {
    name = std::max(name, option.name.size());
    value = std::max(value, option.default_value.size());
  }
  value = std::min<std::size_t>(value, 20);
  std::string text;
  for (const auto& option : options) {
    text += fmt::format("  {:<{}}  {:<{}}  {}\n", option.name, name, option.default_value, value,
                        option.values);
    text += fmt::format("  {:<{}}  {}\n", "", name, wrapped(remarks(option), name + 4));
  }
  return text;
}

/// The techniques that have an option of that name, alias or path, by their short names.
std::set<std::string> holders_of(const std::vector<Technique>& techniques, std::string_view name) {
  const auto names = short_names(techniques);
  std::set<std::string> holders;
  for (std::size_t i = 0; i < techniques.size(); ++i)
    for (const auto& option : techniques[i].options)
      if (option.name == name || option.alias == name ||
          join(techniques[i].path, option.name) == name)
        holders.insert(names[i]);
  return holders;
}

/// What a name that is no technique's is, or could be.
[[noreturn]] void refuse_name(const std::vector<Technique>& techniques, std::string_view name) {
  const auto known = categories(techniques);
  const auto category = name.substr(0, name.find('.'));
  const bool categorized = std::ranges::find(known, category) != known.end();
  if (categorized && category == name)
    throw Error(Code::usage,
                fmt::format("'{0}' is a category of techniques: `temper list {0}` shows them, and "
                            "`temper explain NAME` describes one of them",
                            name));
  if (const auto holders = holders_of(techniques, name); !holders.empty())
    throw Error(Code::usage,
                fmt::format("'{}' is an option of {}: `temper explain {}` describes it", name,
                            fmt::join(holders, ", "), *holders.begin()));
  std::vector<std::string_view> names;
  for (const auto& technique : techniques)
    if (!categorized || technique.category == category) names.push_back(technique.name);
  const auto asked = categorized ? name.substr(category.size() + 1) : name;
  const auto here = kind_of_published(asked);
  const auto near = std::ranges::find(names, here) != names.end() ? here : nearest(asked, names);
  throw Error(Code::usage,
              fmt::format("there is no technique '{}'{} `temper list{}` shows all of them", name,
                          near.empty() ? ";" : fmt::format(": did you mean '{}'?", near),
                          categorized ? fmt::format(" {}", category) : ""));
}

// In a Markdown table '|' ends a cell, even within code.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text)
    out += c == '|' ? std::string("\\|") : c == '\n' ? "<br>" : std::string(1, c);
  return out;
}

}  // namespace

std::vector<Technique> catalogue() {
  const auto root = fresh_group<Recipe>();
  auto found = techniques(root);
  const auto order = categories(found);
  std::ranges::stable_sort(found, {}, [&](const Technique& technique) {
    return std::ranges::find(order, technique.category) - order.begin();
  });
  return found;
}

std::vector<std::string> categories(const std::vector<Technique>& techniques) {
  std::vector<std::string> names;
  for (const auto& technique : techniques)
    if (std::ranges::find(names, technique.category) == names.end())
      names.push_back(technique.category);
  return names;
}

std::vector<Technique> look_up(const std::vector<Technique>& techniques, std::string_view name) {
  std::vector<Technique> result;
  for (const auto& technique : techniques)
    if (technique.name == name || fmt::format("{}.{}", technique.category, technique.name) == name)
      result.push_back(technique);
  if (result.empty()) refuse_name(techniques, name);
  return result;
}

Technique look_up_one(const std::vector<Technique>& techniques, std::string_view name) {
  auto found = look_up(techniques, name);
  if (found.size() == 1) return std::move(found.front());
  std::vector<std::string> names;
  for (const auto& technique : found) names.push_back(technique.category + "." + technique.name);
  throw Error(Code::usage,
              fmt::format("'{}' names several techniques: use {}", name, fmt::join(names, " or ")));
}

std::vector<std::string> short_names(const std::vector<Technique>& techniques) {
  std::vector<std::string> names;
  for (const auto& technique : techniques) {
    const bool alone = std::ranges::count(techniques, technique.name, &Technique::name) == 1;
    names.push_back(alone ? technique.name : technique.category + "." + technique.name);
  }
  return names;
}

std::string list_text(const std::vector<Technique>& techniques, std::string_view category) {
  const auto chosen = of_category(techniques, category);
  std::size_t width = 0;
  for (const auto& technique : chosen) width = std::max(width, technique.name.size());
  std::string text;
  std::string_view last;
  for (const auto& technique : chosen) {
    if (technique.category != last)
      text += fmt::format("{}{}\n", last.empty() ? "" : "\n", technique.category);
    last = technique.category;
    text +=
        fmt::format("  {:<{}}  {}\n", technique.name, width, wrapped(technique.summary, width + 4));
  }
  return text;
}

nlohmann::ordered_json list_json(const std::vector<Technique>& techniques,
                                 std::string_view category) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& technique : of_category(techniques, category))
    list.push_back({{"category", technique.category},
                    {"name", technique.name},
                    {"summary", technique.summary}});
  return list;
}

std::string explain_text(const Technique& technique) {
  auto text = fmt::format("{} ({})\n\n  {}\n", technique.name, technique.category,
                          wrapped(technique.summary, 2));
  if (!technique.formula.empty())
    text += fmt::format("\nFormula\n{}\n", indented(technique.formula));
  if (!technique.options.empty())
    text += fmt::format("\nOptions, with their defaults and ranges\n{}",
                        options_text(technique.options));
  if (!technique.paper.empty()) text += fmt::format("\nPaper\n  {}\n", wrapped(technique.paper, 2));
  return text + fmt::format("\nIn a {}\n{}\n",
                            technique.category == "study" ? "study file" : "recipe",
                            indented(technique.example));
}

nlohmann::ordered_json explain_json(const Technique& technique) {
  auto options = nlohmann::ordered_json::array();
  for (const auto& option : technique.options)
    options.push_back({{"name", option.name},
                       {"alias", option.alias},
                       {"values", option.values},
                       {"default", option.default_value},
                       {"unit", option.unit},
                       {"meaning", option.meaning},
                       {"table", option.table},
                       {"scheduled", option.scheduled},
                       {"changes_results", option.changes_results}});
  return {{"category", technique.category}, {"name", technique.name},
          {"path", technique.path},         {"summary", technique.summary},
          {"formula", technique.formula},   {"paper", technique.paper},
          {"options", std::move(options)},  {"example", technique.example}};
}

std::string markdown(const std::vector<Technique>& techniques) {
  std::string text;
  for (const auto& technique : techniques) {
    const auto title = technique.category != "recipe"
                           ? fmt::format("{}: `{}`", technique.category, technique.name)
                       : technique.path.empty() ? std::string("Top of the file")
                                                : fmt::format("`[{}]`", technique.path);
    text += fmt::format("### {}\n\n{}\n", title, technique.summary);
    if (!technique.options.empty())
      text += "\n| key | default | values | meaning |\n|---|---|---|---|\n";
    for (const auto& option : technique.options)
      text += fmt::format("| `{}` | `{}` | {} | {} |\n", option.name, cell(option.default_value),
                          cell(option.values), cell(remarks(option)));
    text += '\n';
  }
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace temper::recipe

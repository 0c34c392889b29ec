#include "usage_message.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <string_view>

#include "temper/core/spelling.h"
#include "temper/recipe/recipe.h"
#include "temper/recipe/search.h"

namespace temper::cli {
namespace {

/// "temper eval needs RUN (the run directory)"; "" where nothing is missing.
std::string missing_text(const CLI::App& app, const std::string& path) {
  std::vector<std::string> missing;
  for (const auto* option : app.get_options()) {
    if (!option->get_required() || option->count() > 0) continue;
    auto name = option->get_name();
    if (option->get_positional())
      std::ranges::transform(name, name.begin(), [](unsigned char letter) {
        return static_cast<char>(std::toupper(letter));
      });
    missing.push_back(fmt::format("{} ({})", name, option->get_description()));
  }
  if (!missing.empty()) return fmt::format("{} needs {}", path, fmt::join(missing, " and "));
  std::vector<std::string> names;
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  if (app.get_require_subcommand_min() == 0 || names.empty()) return {};
  return fmt::format("{} needs one of its commands: {}", path, fmt::join(names, ", "));
}

/// The options of a recipe that --set accepts and that a word such as "--batch-size" may mean.
std::vector<std::string> recipe_options(const CLI::App& app, std::string name) {
  const auto* set = app.get_option_no_throw("--set");
  if (set == nullptr) return {};
  std::ranges::replace(name, '-', '_');
  recipe::Recipe defaults;
  auto paths = recipe::paths_of(group(defaults), name);
  std::erase_if(paths, [&](const std::string& path) {
    const bool evaluates = path.starts_with("evaluation.");
    return set->get_type_name() != "KEY=VALUE" &&
           !(evaluates && set->get_type_name() == "EVALUATION-KEY=VALUE");
  });
  return paths;
}

/// "temper train has no option --epochs: ..."; "" where every word that begins with "--" is one.
std::string unknown_text(const CLI::App& app, const std::string& path,
                         const std::vector<std::string>& words) {
  for (const auto& word : words) {
    const auto option = word.substr(0, word.find('='));
    if (!option.starts_with("--") || option.size() == 2 ||
        app.get_option_no_throw(option) != nullptr)
      continue;
    const auto start = fmt::format("{} has no option {}", path, option);
    const auto name = option.substr(2);
    if (const auto edits = recipe_options(app, name); !edits.empty())
      return fmt::format("{}; an option of the recipe is set with --set {}=VALUE", start,
                         fmt::join(edits, "=VALUE or --set "));
    std::vector<std::string> names;
    for (const auto* other : app.get_options())
      names.insert(names.end(), other->get_lnames().begin(), other->get_lnames().end());
    const auto near = nearest(name, {names.begin(), names.end()});
    return near.empty() ? start : fmt::format("{}: did you mean '--{}'?", start, near);
  }
  return {};
}

}  // namespace

std::string usage_message(const CLI::App& root, const CLI::ParseError& error,
                          const std::vector<std::string>& words) {
  const CLI::App* app = &root;
  auto path = root.get_name();
  for (std::size_t i = 1; i < words.size(); ++i) {
    std::vector<std::string> names;
    for (const auto* command : app->get_subcommands([](const CLI::App*) { return true; }))
      names.push_back(command->get_name());
    if (names.empty() || words[i].starts_with('-')) break;
    const bool is_command = std::ranges::find(names, words[i]) != names.end();
    const auto arguments =
        app->get_options([](const CLI::Option* option) { return option->get_positional(); });
    if (!is_command && !arguments.empty()) break;
    if (!is_command)
      return fmt::format("there is no command '{} {}': {}", path, words[i],
                         suggestion(words[i], {names.begin(), names.end()}, "the commands are"));
    app = app->get_subcommand(words[i]);
    path += " " + words[i];
  }
  std::string found;
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) found = missing_text(*app, path);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr)
    found = unknown_text(*app, path, words);
  return fmt::format("{}; see '{} --help'", found.empty() ? error.what() : found, path);
}

}  // namespace temper::cli

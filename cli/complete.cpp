#include "complete.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstddef>
#include <sstream>
#include <utility>

#include "temper/recipe/complete.h"
#include "temper/recipe/describe.h"
#include "temper/study/definition/describe.h"
#include "temper/tune/search.h"

namespace temper::cli {
namespace {

/// What is being typed: the next word of a command, or the value of one of its options.
struct Place {
  const CLI::App* command;
  const CLI::Option* option = nullptr;  ///< that takes the next word as its value
  std::size_t positionals = 0;          ///< number of positional arguments given so far
  bool only_positionals = false;        ///< after "--"
};

Place after(const CLI::App& root, const std::vector<std::string>& words) {
  Place place{&root};
  for (const auto& word : words) {
    if (place.option != nullptr) {
      place.option = nullptr;
    } else if (word == "--" && !place.only_positionals) {
      place.only_positionals = true;
    } else if (word.starts_with('-') && !place.only_positionals) {
      const auto* option = place.command->get_option_no_throw(word);
      if (option != nullptr && option->get_items_expected_max() > 0) place.option = option;
    } else {
      const auto inner = place.command->get_subcommands(
          [&](const CLI::App* app) { return app->get_name() == word; });
      if (inner.empty())
        ++place.positionals;
      else
        place.command = inner.front();
    }
  }
  return place;
}

/// The positional argument that the next word is given for; null where there is none left.
const CLI::Option* next_positional(const Place& place) {
  const auto all = place.command->get_options(
      [](const CLI::Option* option) { return option->get_positional(); });
  if (place.positionals < all.size()) return all[place.positionals];
  return !all.empty() && all.back()->get_items_expected_max() > 1 ? all.back() : nullptr;
}

class Completion {
 public:
  explicit Completion(std::string typed) : typed_(std::move(typed)) {}

  void commands(const CLI::App& app) {
    for (const auto* inner : app.get_subcommands([](const CLI::App*) { return true; }))
      offer(inner->get_name(), inner->get_description());
  }

  void options(const CLI::App& app) {
    for (const auto* option : app.get_options())
      for (const auto& name : option->get_lnames()) offer("--" + name, option->get_description());
  }

  /// The values of an argument. Its placeholder in --help says what they are.
  /// @param head  of the word, before the value: "--set="
  void values(const CLI::Option& argument, const std::string& head = "") {
    const auto type = argument.get_type_name();
    const auto placeholder = type.substr(0, type.find(':'));
    const auto members = members_of(type);
    for (const auto& member : members) offer(head + member);
    if (placeholder == "TECHNIQUE") {
      for (const auto& name : recipe::short_names(recipe::catalogue())) offer(head + name);
      for (const auto& section : study::sections()) offer(head + section.name);
    }
    if (placeholder == "CATEGORY")
      for (const auto& name : recipe::categories(recipe::catalogue())) offer(head + name);
    if (placeholder == "KEY=VALUE") edits(head, recipe::complete_edit);
    if (placeholder == "EVALUATION-KEY=VALUE") edits(head, recipe::complete_evaluation_edit);
    if (placeholder == "STUDY-KEY=VALUE") edits(head, study::complete_study_edit);
    if (placeholder == "SEARCH-KEY=VALUE") edits(head, tune::complete_search_edit);
    constexpr std::array<std::string_view, 10> paths{"DIR", "FILE",   "FOLDER", "IMAGE", "RECIPE",
                                                     "RUN", "SEARCH", "SOURCE", "STUDY", "TEXT"};
    if (members.empty() && std::ranges::find(paths, placeholder) != paths.end()) files_ = true;
  }

  [[nodiscard]] std::string text() const {
    return lines_ + (files_ ? ":files\n" : "") + (unfinished_ ? ":nospace\n" : "");
  }

 private:
  // CLI11 writes "TEXT:{raw,ema}" where only these values are accepted.
  static std::vector<std::string> members_of(const std::string& type) {
    const auto open = type.find(":{");
    const auto close = type.find('}', open);
    if (open == std::string::npos || close == std::string::npos) return {};
    std::istringstream list(type.substr(open + 2, close - open - 2));
    std::vector<std::string> members;
    for (std::string member; std::getline(list, member, ',');) members.push_back(member);
    return members;
  }

  /// @param complete  recipe::complete_edit, or that of a study or search
  void edits(const std::string& head, recipe::EditCompletion (*complete)(std::string_view)) {
    const auto edit = typed_.substr(head.size());
    const auto found = complete(edit);
    for (const auto& [text, meaning] : found.candidates) offer(head + text, meaning);
    files_ = found.text;
    unfinished_ = edit.find('=') == std::string::npos;
  }

  void offer(const std::string& word, const std::string& meaning = "") {
    if (word.starts_with(typed_))
      lines_ +=
          meaning.empty() ? fmt::format("{}\n", word) : fmt::format("{}\t{}\n", word, meaning);
  }

  std::string typed_;
  std::string lines_;
  bool files_ = false;
  bool unfinished_ = false;
};

}  // namespace

std::string complete(const CLI::App& root, const std::vector<std::string>& words) {
  const auto typed = words.empty() ? "" : words.back();
  const auto place = after(root, {words.begin(), words.end() - (words.empty() ? 0 : 1)});
  const auto& command = *place.command;
  const bool is_option = typed.starts_with('-') && !place.only_positionals;
  const auto equals = typed.find('=');
  Completion completion(typed);
  if (place.option != nullptr) {
    completion.values(*place.option);
  } else if (is_option && equals != std::string::npos) {
    if (const auto* option = command.get_option_no_throw(typed.substr(0, equals)))
      completion.values(*option, typed.substr(0, equals + 1));
  } else if (is_option) {
    completion.options(command);
  } else {
    if (place.positionals == 0) completion.commands(command);
    if (const auto* argument = next_positional(place)) completion.values(*argument);
  }
  return completion.text();
}

}  // namespace temper::cli

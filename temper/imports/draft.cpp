#include "temper/imports/draft.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "temper/core/printable.h"
#include "temper/recipe/recipe.h"
#include "temper/recipe/text.h"

namespace temper::imports {
namespace {

constexpr std::size_t kColumns = 100;
constexpr std::size_t kLongestAligned = 44;

/// A comment of several lines, broken between words.
std::string comment(std::string_view text, std::string_view first, std::string_view others) {
  std::string all;
  std::string line = "#" + std::string(first);
  bool fresh = true;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!fresh && line.size() + 1 + word.size() > kColumns) {
      all += line + "\n";
      line = "#" + std::string(others);
      fresh = true;
    }
    if (!fresh) line += ' ';
    line += word;
    fresh = false;
  }
  return all + line + "\n";
}

}  // namespace

Draft::Section& Draft::section(std::string_view name) {
  const auto found = std::ranges::find(sections_, name, &Section::name);
  if (found != sections_.end()) return *found;
  sections_.push_back({std::string(name), {}});
  return sections_.back();
}

void Draft::set(std::string_view path, std::string_view value, std::string comment) {
  const auto dot = path.rfind('.');
  const bool top = dot == std::string_view::npos;
  const auto key = top ? path : path.substr(dot + 1);
  section(top ? "" : path.substr(0, dot))
      .lines.push_back({fmt::format("{} = {}", key, value), std::move(comment)});
}

void Draft::number(std::string_view path, double value, std::string comment) {
  set(path, recipe::number_text(value), std::move(comment));
}

void Draft::whole(std::string_view path, std::int64_t value, std::string comment) {
  set(path, fmt::format("{}", value), std::move(comment));
}

void Draft::text(std::string_view path, std::string_view value, std::string comment) {
  set(path, recipe::quote(value), std::move(comment));
}

void Draft::flag(std::string_view path, bool value, std::string comment) {
  set(path, value ? "true" : "false", std::move(comment));
}

void Draft::numbers(std::string_view path, const std::vector<double>& values, std::string comment) {
  std::vector<std::string> texts;
  texts.reserve(values.size());
  for (const double value : values) texts.push_back(recipe::number_text(value));
  set(path, fmt::format("[{}]", fmt::join(texts, ", ")), std::move(comment));
}

void Draft::technique(std::string_view path, const ChoiceView& choice) {
  text(recipe::join(path, "kind"), choice.kinds[choice.index]);
  for (auto& option : changed_options(choice))
    section(path).lines.push_back({std::move(option), ""});
}

void Draft::differs(std::string option, std::string text) {
  remarks_.push_back({Fate::differs, std::move(option), std::move(text)});
}

void Draft::drops(std::string option, std::string text) {
  remarks_.push_back({Fate::dropped, std::move(option), std::move(text)});
}

void Draft::drop_lacking(const Arguments& arguments) {
  for (const auto& option : arguments.script().options)
    if (option.bearing == Bearing::lacking && !arguments.is_standard(option.dest))
      drops(arguments.written(option.dest), std::string(option.why));
}

std::string Draft::remarks_text(Fate fate, std::string_view title) const {
  std::string text;
  for (const auto& remark : remarks_) {
    if (remark.fate != fate) continue;
    if (text.empty()) text = fmt::format("#\n# {}\n", title);
    const auto line =
        remark.option.empty() ? remark.text : fmt::format("{}: {}", remark.option, remark.text);
    text += comment(printable(line), " - ", "   ");
  }
  return text;
}

std::string Draft::text_of(const Section& section) {
  std::size_t column = 0;
  for (const auto& line : section.lines)
    if (line.assignment.size() <= kLongestAligned)
      column = std::max(column, line.assignment.size());
  std::string text = section.name.empty() ? "" : fmt::format("\n[{}]\n", section.name);
  for (const auto& [assignment, said] : section.lines) {
    if (said.empty())
      text += assignment + "\n";
    else
      text += fmt::format("{:<{}}  # {}\n", assignment, column, printable(said));
  }
  return text;
}

Imported Draft::finished(const std::string& title) const {
  auto text = comment(printable(title), " ", " ");
  text += remarks_text(Fate::differs, "What temper does differently:");
  text += remarks_text(Fate::dropped, "Not carried over:");
  for (const auto& part : sections_)
    if (!part.lines.empty()) text += text_of(part);
  recipe::parse(text, "the imported recipe");
  return {std::move(text), remarks_};
}

std::vector<std::string> changed_options(const ChoiceView& choice) {
  std::vector<std::string> options;
  const auto active = choice.active();
  const auto standard = choice.defaults(choice.index);
  for (std::size_t i = 0; i < active.items.size(); ++i) {
    const auto& name = active.items[i].meta.name;
    const auto value = recipe::value_text(active.items[i].slot, std::string(name), {});
    if (value != recipe::value_text(standard.items[i].slot, std::string(name), {}))
      options.push_back(fmt::format("{} = {}", name, value));
  }
  return options;
}

std::string inline_table(const ChoiceView& choice) {
  auto parts = changed_options(choice);
  parts.insert(parts.begin(), fmt::format("kind = {}", recipe::quote(choice.kinds[choice.index])));
  return fmt::format("{{ {} }}", fmt::join(parts, ", "));
}

}  // namespace temper::imports

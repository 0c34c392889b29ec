#include "temper/recipe/write.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "temper/recipe/overloaded.h"

namespace temper::recipe {
namespace {

constexpr std::size_t kColumns = 100;
constexpr std::size_t kLongestAligned = 40;

struct Line {
  std::string assignment;
  std::string comment;
};

// A slot at the top of the document that is a section of its own; the other slots are assignments.
struct Section {
  std::string_view name;
  std::string_view kind;
  std::vector<std::string_view> kinds;
  Group group;
};

std::optional<Section> section(const Item& item, const Slot& slot) {
  return std::visit(
      Overloaded{[&](const std::function<Group()>& view) -> std::optional<Section> {
                   return Section{item.meta.name, {}, {}, view()};
                 },
                 [&](const std::function<ChoiceView()>& view) -> std::optional<Section> {
                   const auto choice = view();
                   return Section{item.meta.name, choice.kinds[choice.index], choice.kinds,
                                  choice.active()};
                 },
                 [&](const std::function<OptionalView()>& view) -> std::optional<Section> {
                   const auto value = view();
                   return value.present ? section(item, value.value()) : std::nullopt;
                 },
                 [](const auto&) -> std::optional<Section> { return std::nullopt; }},
      slot);
}

std::string comment(const Item& item) {
  std::vector<std::string> facts;
  if (!item.meta.unit.empty()) facts.emplace_back(item.meta.unit);
  const auto range = item.meta.bounds.text();
  if (range != Bounds{}.text()) facts.push_back(range);
  if (const auto* view = std::get_if<std::function<EnumView()>>(&item.slot))
    facts.push_back(fmt::format("{}", fmt::join((*view)().names, " | ")));
  if (facts.empty()) return std::string(item.meta.meaning);
  return fmt::format("{} ({})", item.meta.meaning, fmt::join(facts, "; "));
}

// Lines with the notations of an element and of those in its lists besides its table, as comments.
// One has none also because a schedule drives one of its options.
// @param name  of an element in a list, within the outermost one: "operations.0"
std::string notations(const ChoiceView& element, const std::string& path,
                      const Schedules& schedules, const std::string& name = {}) {
  const auto text = element.written ? element.written() : "";
  const auto driven = schedules.lower_bound(path + ".");
  const bool fixed = driven == schedules.end() || !driven->first.starts_with(path + ".");
  std::string lines;
  if (!text.empty() && fixed)
    lines = name.empty() ? fmt::format("  # {}\n", text) : fmt::format("  # {}: {}\n", name, text);
  const auto options = element.active();
  for (const auto& item : options.items) {
    const auto* list = std::get_if<std::function<ListView()>>(&item.slot);
    if (list == nullptr) continue;
    const auto view = (*list)();
    for (std::size_t i = 0; i < view.size; ++i) {
      const auto slot = view.at(i);
      const auto* inner = std::get_if<std::function<ChoiceView()>>(&slot);
      const auto place = fmt::format("{}.{}", item.meta.name, i);
      if (inner != nullptr)
        lines += notations((*inner)(), join(path, place), schedules, join(name, place));
    }
  }
  return lines;
}

// A list of tables has one line for each table; every other value is on one line.
std::string assignment(const Item& item, const std::string& path, const Schedules& schedules) {
  const auto* list = std::get_if<std::function<ListView()>>(&item.slot);
  if (list == nullptr || (*list)().size == 0 ||
      !std::holds_alternative<std::function<ChoiceView()>>((*list)().at(0)))
    return fmt::format("{} = {}", item.meta.name, value_text(item.slot, path, schedules));
  const auto view = (*list)();
  auto text = fmt::format("{} = [\n", item.meta.name);
  for (std::size_t i = 0; i < view.size; ++i) {
    const auto element = view.at(i);
    const auto name = join(path, std::to_string(i));
    text += notations(std::get<std::function<ChoiceView()>>(element)(), name, schedules);
    text += fmt::format("  {},\n", value_text(element, name, schedules));
  }
  return text + "]";
}

std::string layout(const std::vector<Line>& lines) {
  std::size_t column = 0;
  for (const auto& line : lines)
    if (line.assignment.size() <= kLongestAligned)
      column = std::max(column, line.assignment.size());
  std::string text;
  for (const auto& [assigned, said] : lines) {
    const auto start = std::max(column, assigned.size()) + 2;
    const bool one_line = assigned.find('\n') == std::string::npos;
    if (said.empty())
      text += fmt::format("{}\n", assigned);
    else if (one_line && start + 2 + said.size() <= kColumns)
      text += fmt::format("{:<{}}# {}\n", assigned, start, said);
    else
      text += fmt::format("# {}\n{}\n", said, assigned);
  }
  return text;
}

std::string text_of(const Section& section, const Schedules& schedules) {
  std::vector<Line> lines;
  if (!section.kind.empty())
    lines.push_back(
        {fmt::format("kind = {}", quote(section.kind)),
         section.kinds.size() > 1 ? fmt::format("{}", fmt::join(section.kinds, " | ")) : ""});
  for (const auto& item : section.group.items)
    lines.push_back(
        {assignment(item, join(section.name, item.meta.name), schedules), comment(item)});
  return fmt::format("\n[{}]\n{}", section.name, layout(lines));
}

}  // namespace

std::string document(const Group& root, const Schedules& schedules) {
  // Assignments come first: after a section's header they would belong to the section.
  std::vector<Line> lines;
  std::string sections;
  for (const auto& item : root.items) {
    if (const auto part = section(item, item.slot))
      sections += text_of(*part, schedules);
    else
      lines.push_back({assignment(item, std::string(item.meta.name), schedules), comment(item)});
  }
  return layout(lines) + sections;
}

}  // namespace temper::recipe

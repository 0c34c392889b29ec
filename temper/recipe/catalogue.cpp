#include "temper/recipe/catalogue.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "temper/recipe/overloaded.h"
#include "temper/recipe/text.h"

namespace temper::recipe {
namespace {

using Groups = std::function<Group()>;
using Choices = std::function<ChoiceView()>;
using Optionals = std::function<OptionalView()>;
using Lists = std::function<ListView()>;

std::string ranged(std::string_view what, const Bounds& bounds) {
  const auto range = bounds.text();
  if (range == Bounds{}.text()) return std::string(what);
  return range.front() == '[' || range.front() == '(' ? fmt::format("{} in {}", what, range)
                                                      : fmt::format("{} {}", what, range);
}

// The values that a slot accepts.
std::string values(const Slot& slot, const Bounds& bounds) {
  return std::visit(
      Overloaded{
          [&](double*) { return ranged("number", bounds); },
          [&](std::int64_t*) { return ranged("whole number", bounds); },
          [](bool*) { return std::string("true | false"); },
          [](std::string*) { return std::string("text"); },
          [&](Auto*) { return "\"auto\" | " + ranged("whole number", bounds); },
          [](const std::function<EnumView()>& view) {
            return fmt::format("{}", fmt::join(view().names, " | "));
          },
          [](const Groups&) { return std::string("table"); },
          [](const Choices& view) { return fmt::format("{}", fmt::join(view().kinds, " | ")); },
          [&](const Optionals& view) {
            const auto optional = view();
            const bool was = optional.present;
            optional.set_present(true);
            auto text = "false | " + values(view().value(), bounds);
            optional.set_present(was);
            return text;
          },
          [&](const Lists& view) { return "list of " + values(view().fresh().slot, bounds); }},
      slot);
}

class Collector {
 public:
  void root(const Group& options) {
    Group plain;
    for (const auto& item : options.items)
      if (!std::holds_alternative<Groups>(item.slot) && !std::holds_alternative<Choices>(item.slot))
        plain.items.push_back(item);
    add({.category = "recipe",
         .name = "recipe",
         .path = "",
         .summary = "The top-level keys of a recipe.",
         .example = lines(plain)},
        options);
    for (const auto& item : options.items) below(item.slot, item, "recipe", "");
    if (scheduled_) schedules();
  }

  void one(Technique technique, const Group& options) { add(std::move(technique), options); }

  std::vector<Technique> found;

 private:
  // Adds the entry of a technique. The keys of plain tables within it are part of its options.
  void add(Technique technique, const Group& options) {
    technique.formula = options.about.formula;
    technique.paper = options.about.paper;
    if (technique.summary.empty()) technique.summary = options.about.summary;
    list_options(options, "", technique.category == "recipe", technique.options);
    found.push_back(std::move(technique));
  }

  void list_options(const Group& options, const std::string& prefix, bool section,
                    std::vector<Option>& to) {
    for (const auto& item : options.items) {
      const auto name = join(prefix, item.meta.name);
      const auto* table = std::get_if<Groups>(&item.slot);
      // A table without a list of its options, such as edits, is an option itself.
      if (table != nullptr && !(*table)().items.empty()) {
        if (section) continue;
        const auto first = to.size();
        list_options((*table)(), name, section, to);
        to.at(first).table = fmt::format("{}: {}", item.meta.name, item.meta.meaning);
        continue;
      }
      scheduled_ = scheduled_ || item.meta.scheduled;
      to.push_back({.name = name,
                    .alias = std::string(item.meta.alias),
                    .values = values(item.slot, item.meta.bounds),
                    .default_value = default_text(item.slot),
                    .unit = std::string(item.meta.unit),
                    .meaning = std::string(item.meta.meaning),
                    .scheduled = item.meta.scheduled,
                    .changes_results = item.meta.changes_results});
    }
  }
  static std::string default_text(const Slot& slot) {
    const auto* choice = std::get_if<Choices>(&slot);
    if (choice == nullptr) return value_text(slot, "", {});
    const auto view = (*choice)();
    return quote(view.kinds[view.index]);
  }

  // Adds the entries below an option: kinds to choose from, optional techniques, sections.
  void below(const Slot& slot, const Item& item, const std::string& category,
             const std::string& path) {
    const auto here = join(path, item.meta.name);
    std::visit(Overloaded{[&](const Groups& view) { section(view(), item, category, here); },
                          [&](const Choices& view) { kinds(view(), item, here, false); },
                          [&](const Optionals& view) { optional(view, item, category, here); },
                          [&](const Lists& view) {
                            const auto element = view().fresh();
                            if (const auto* choice = std::get_if<Choices>(&element.slot))
                              kinds((*choice)(), item, here, true);
                          },
                          [](const auto&) {}},
               slot);
  }

  void section(const Group& options, const Item& item, const std::string& category,
               const std::string& path) {
    if (category == "recipe")
      add({.category = category,
           .name = std::string(item.meta.name),
           .path = path,
           .summary = sentence(item.meta.meaning),
           .example = fmt::format("[{}]\n{}", path, lines(options))},
          options);
    for (const auto& inner : options.items) below(inner.slot, inner, category, path);
  }

  void kinds(const ChoiceView& choice, const Item& item, const std::string& path, bool in_list) {
    // A list of techniques within one of them is of those that are being described.
    if (std::ranges::find(within_, choice.kinds) != within_.end()) return;
    for (std::size_t i = 0; i < choice.kinds.size(); ++i) {
      if (!seen_.emplace(item.meta.name, choice.kinds[i]).second) continue;
      const auto options = choice.defaults(i);
      // A kind that is nested in another technique (muon.rest) already has an entry of its own.
      if (!described_.emplace(choice.kinds[i], options.about.summary).second && !within_.empty())
        continue;
      const auto category = std::string(item.meta.name);
      add({.category = category,
           .name = std::string(choice.kinds[i]),
           .path = path,
           .example = example(choice.kinds[i], options, path, in_list)},
          options);
      within_.push_back(choice.kinds);
      for (const auto& inner : options.items) below(inner.slot, inner, category, path);
      within_.pop_back();
    }
  }

  void optional(const Optionals& view, const Item& item, const std::string& category,
                const std::string& path) {
    const auto before = view();
    const bool was = before.present;
    before.set_present(true);
    const auto slot = view().value();
    if (const auto* table = std::get_if<Groups>(&slot)) {
      const auto options = (*table)();
      // Several kinds may share a technique: three losses have the same label smoothing.
      const auto summary =
          options.about.summary.empty() ? item.meta.meaning : options.about.summary;
      if (!described_.emplace(item.meta.name, summary).second) return before.set_present(was);
      add({.category = category,
           .name = std::string(item.meta.name),
           .path = path,
           .summary = options.about.summary.empty() ? sentence(item.meta.meaning) : "",
           .example = assignment(path, value_text(slot, "", {}))},
          options);
      for (const auto& inner : options.items) below(inner.slot, inner, category, path);
    } else {
      below(slot, item, category,
            path.substr(0, path.size() - std::min(path.size(), item.meta.name.size() + 1)));
    }
    before.set_present(was);
  }

  void schedules() {
    schedule::Schedule any;
    const auto choice = std::get<Choices>(slot(any))();
    for (std::size_t i = 0; i < choice.kinds.size(); ++i) {
      const auto options = choice.defaults(i);
      add({.category = "schedule",
           .name = std::string(choice.kinds[i]),
           .path = "optimizer.lr",
           .example = assignment(
               "optimizer.lr",
               fmt::format("{{ schedule = {}{} }}", quote(choice.kinds[i]), rest(options)))},
          options);
    }
  }

  static std::string sentence(std::string_view meaning) {
    auto text = std::string(meaning) + ".";
    if (text.front() >= 'a' && text.front() <= 'z')
      text.front() = static_cast<char>(text.front() - 'a' + 'A');
    return text;
  }
  static std::string example(std::string_view kind, const Group& options, const std::string& path,
                             bool in_list) {
    if (!in_list && path.find('.') == std::string::npos)
      return fmt::format("[{}]\nkind = {}{}{}", path, quote(kind),
                         options.items.empty() ? "" : "\n", lines(options));
    const auto table = fmt::format("{{ kind = {}{} }}", quote(kind), rest(options));
    return assignment(path, in_list ? fmt::format("[{}]", table) : table);
  }
  // The options as lines, and as the remainder of an inline table.
  static std::string lines(const Group& options) {
    std::vector<std::string> parts;
    for (const auto& item : options.items)
      parts.push_back(fmt::format("{} = {}", item.meta.name, value_text(item.slot, "", {})));
    return fmt::format("{}", fmt::join(parts, "\n"));
  }
  static std::string rest(const Group& options) {
    std::string text;
    for (const auto& item : options.items)
      text += fmt::format(", {} = {}", item.meta.name, value_text(item.slot, "", {}));
    return text;
  }
  // An assignment below its section's header.
  static std::string assignment(const std::string& path, const std::string& value) {
    const auto dot = path.rfind('.');
    if (dot == std::string::npos) return fmt::format("{} = {}", path, value);
    return fmt::format("[{}]\n{} = {}", path.substr(0, dot), path.substr(dot + 1), value);
  }

  std::set<std::pair<std::string_view, std::string_view>> seen_;
  std::set<std::pair<std::string_view, std::string_view>> described_;
  std::vector<std::vector<std::string_view>> within_;  ///< the kinds of enclosing techniques
  bool scheduled_ = false;
};

}  // namespace

Technique described(Technique technique, const Group& options) {
  Collector collector;
  collector.one(std::move(technique), options);
  return std::move(collector.found.front());
}

std::vector<Technique> techniques(const Group& root) {
  Collector collector;
  collector.root(root);
  return std::move(collector.found);
}

std::string place_text(const Group& root, std::string_view name) {
  const auto all = techniques(root);
  const auto found = std::ranges::find(all, name, &Technique::name);
  if (found == all.end() || std::ranges::count(all, name, &Technique::name) > 1) return {};
  const auto& path = found->path;
  const auto* role = path == name                        ? "the key"
                     : path.ends_with("." + found->name) ? "the option"
                     : found->category == "schedule"     ? "a schedule, for example of"
                                                         : "a technique of";
  return fmt::format("it is {} {}; see `temper explain {}`", role, path, name);
}

}  // namespace temper::recipe

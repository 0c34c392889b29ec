#include "temper/recipe/compare.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <variant>

#include "temper/recipe/overloaded.h"

namespace temper::recipe {
namespace {

/// "a, b or c".
std::string alternatives(const std::vector<std::string_view>& names) {
  return fmt::format("expected {}{}{}",
                     fmt::join(names.begin(), names.end() - (names.empty() ? 0 : 1), ", "),
                     names.size() > 1 ? " or " : "", names.empty() ? "" : names.back());
}

/// An option's description, with what it inherits from that of the table it is in.
Meta inherited(Meta meta, const Meta& above) {
  meta.changes_results = meta.changes_results && above.changes_results;
  meta.reach = std::min(meta.reach, above.reach);
  meta.by_step = meta.by_step || above.by_step;
  return meta;
}

class Walker {
 public:
  explicit Walker(const Schedules& schedules) : schedules_(schedules) {}

  void group(const Group& options, const Group& defaults, const std::string& path,
             const Meta& above) {
    for (std::size_t i = 0; i < options.items.size(); ++i) {
      const auto meta = inherited(options.items[i].meta, above);
      slot(options.items[i].slot, defaults.items[i].slot, join(path, meta.name), meta);
    }
  }

  std::vector<Fact> facts;

 private:
  template <class View>
  static auto view(const Slot& slot) {
    return std::get<std::function<View()>>(slot)();
  }

  Fact& add(std::string path, std::string value, bool is_default, const Meta& meta) {
    return facts.emplace_back(Fact{.path = std::move(path),
                                   .value = std::move(value),
                                   .is_default = is_default,
                                   .changes_results = meta.changes_results,
                                   .reach = meta.reach,
                                   .by_step = meta.by_step});
  }

  void slot(const Slot& options, const Slot& defaults, const std::string& path, const Meta& meta) {
    std::visit(Overloaded{[&](const std::function<Group()>& group_view) {
                            group(group_view(), view<Group>(defaults), path, meta);
                          },
                          [&](const std::function<OptionalView()>& optional_view) {
                            optional(optional_view(), defaults, path, meta);
                          },
                          [&](const std::function<ChoiceView()>& choice_view) {
                            choice(choice_view(), view<ChoiceView>(defaults), path, "kind", meta,
                                   false);
                          },
                          [&](const std::function<ListView()>& list_view) {
                            list(list_view(), view<ListView>(defaults), path, meta);
                          },
                          [&](const auto&) { leaf(options, defaults, path, meta); }},
               options);
  }

  void leaf(const Slot& options, const Slot& defaults, const std::string& path, const Meta& meta) {
    if (const auto driven = schedules_.find(path); driven != schedules_.end()) {
      auto schedule = driven->second;
      const auto choice_view = temper::slot(schedule);
      auto above = meta;
      // A plateau is no function of the step.
      above.by_step = !std::holds_alternative<schedule::Plateau>(schedule);
      choice(view<ChoiceView>(choice_view), view<ChoiceView>(choice_view), path, "schedule", above,
             true);
      return;
    }
    const auto value = value_text(options, path, {});
    const auto usual = value_text(defaults, path, {});
    auto& fact = add(path, value, value == usual, meta);
    fact.by_step = meta.by_step || meta.scheduled;
    if (meta.for_classes && !fact.is_default)
      fact.instead = alternatives({usual});
    else if (const auto* enum_view = std::get_if<std::function<EnumView()>>(&options))
      fact.instead = instead_of((*enum_view)());
  }

  static std::string instead_of(const EnumView& options) {
    if (options.for_classes.empty() || options.names[options.index] != options.for_classes)
      return "";
    auto others = options.names;
    std::erase(others, options.for_classes);
    return alternatives(others);
  }

  void optional(const OptionalView& options, const Slot& defaults, const std::string& path,
                const Meta& meta) {
    const auto before = view<OptionalView>(defaults);
    add(path, options.present ? "true" : "false", options.present == before.present, meta);
    if (!options.present) return;
    const auto value = options.value();
    if (const auto* technique = std::get_if<std::function<Group()>>(&value);
        technique != nullptr && (*technique)().about.for_classes)
      facts.back().instead = "leave it out";
    before.set_present(true);
    slot(value, view<OptionalView>(defaults).value(), path, meta);
  }

  void choice(const ChoiceView& options, const ChoiceView& defaults, const std::string& path,
              std::string_view key, const Meta& meta, bool always) {
    add(join(path, key), quote(options.kinds[options.index]),
        !always && options.index == defaults.index, meta);
    const auto active = options.active();
    if (active.about.for_classes) {
      std::vector<std::string_view> others;
      for (std::size_t i = 0; i < options.kinds.size(); ++i)
        if (!options.defaults(i).about.for_classes) others.push_back(options.kinds[i]);
      facts.back().instead = others.empty() ? "leave it out" : alternatives(others);
    }
    group(active, defaults.defaults(options.index), path, meta);
  }

  // An element of a list is never a default, whatever the default list holds.
  void list(const ListView& options, const ListView& defaults, const std::string& path,
            const Meta& meta) {
    add(path, "[" + std::to_string(options.size) + "]", options.size == defaults.size, meta);
    for (std::size_t i = 0; i < options.size; ++i) {
      const auto element = defaults.fresh();
      const auto first = facts.size();
      slot(options.at(i), element.slot, join(path, std::to_string(i)), meta);
      if (facts.size() > first) facts[first].is_default = false;
    }
  }

  const Schedules& schedules_;
};

}  // namespace

std::vector<Fact> facts(const Group& options, const Schedules& schedules, const Group& defaults) {
  Walker walker(schedules);
  walker.group(options, defaults, "", {});
  return std::move(walker.facts);
}

nlohmann::ordered_json to_json(const std::vector<Fact>& facts) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& fact : facts)
    list.push_back({{"key", fact.path},
                    {"value", fact.value},
                    {"default", fact.is_default},
                    {"changes_results", fact.changes_results}});
  return list;
}

std::vector<Difference> differences(const std::vector<Fact>& left, const std::vector<Fact>& right) {
  std::map<std::string, const Fact*> others;
  for (const auto& fact : right) others.emplace(fact.path, &fact);
  std::vector<Difference> result;
  for (const auto& fact : left) {
    const auto other = others.find(fact.path);
    if (other == others.end()) {
      result.push_back({fact.path, fact.value, "", fact.changes_results});
      continue;
    }
    if (fact.value != other->second->value)
      result.push_back({fact.path, fact.value, other->second->value, fact.changes_results});
    others.erase(other);
  }
  for (const auto& fact : right)
    if (others.contains(fact.path))
      result.push_back({fact.path, "", fact.value, fact.changes_results});
  return result;
}

}  // namespace temper::recipe

#include "temper/recipe/compare.h"

#include <algorithm>
#include <map>

#include "temper/recipe/overloaded.h"

namespace temper::recipe {
namespace {

class Walker {
 public:
  explicit Walker(const Schedules& schedules) : schedules_(schedules) {}

  void group(const Group& options, const Group& defaults, const std::string& path, bool counts) {
    for (std::size_t i = 0; i < options.items.size(); ++i) {
      const auto& item = options.items[i];
      slot(item.slot, defaults.items[i].slot, join(path, item.meta.name),
           counts && item.meta.changes_results);
    }
  }

  std::vector<Fact> facts;

 private:
  template <class View>
  static auto view(const Slot& slot) {
    return std::get<std::function<View()>>(slot)();
  }
  void fact(const std::string& path, const std::string& value, bool is_default, bool counts) {
    facts.push_back({path, value, is_default, counts});
  }

  void slot(const Slot& options, const Slot& defaults, const std::string& path, bool counts) {
    std::visit(Overloaded{[&](const std::function<Group()>& group_view) {
                            group(group_view(), view<Group>(defaults), path, counts);
                          },
                          [&](const std::function<OptionalView()>& optional_view) {
                            optional(optional_view(), defaults, path, counts);
                          },
                          [&](const std::function<ChoiceView()>& choice_view) {
                            choice(choice_view(), view<ChoiceView>(defaults), path, "kind", counts,
                                   false);
                          },
                          [&](const std::function<ListView()>& list_view) {
                            list(list_view(), view<ListView>(defaults), path, counts);
                          },
                          [&](const auto&) { leaf(options, defaults, path, counts); }},
               options);
  }

  void leaf(const Slot& options, const Slot& defaults, const std::string& path, bool counts) {
    if (const auto driven = schedules_.find(path); driven != schedules_.end()) {
      auto schedule = driven->second;
      const auto choice_view = temper::slot(schedule);
      choice(view<ChoiceView>(choice_view), view<ChoiceView>(choice_view), path, "schedule", counts,
             true);
      return;
    }
    const auto value = value_text(options, path, {});
    fact(path, value, value == value_text(defaults, path, {}), counts);
  }

  void optional(const OptionalView& options, const Slot& defaults, const std::string& path,
                bool counts) {
    const auto before = view<OptionalView>(defaults);
    fact(path, options.present ? "true" : "false", options.present == before.present, counts);
    if (!options.present) return;
    before.set_present(true);
    slot(options.value(), view<OptionalView>(defaults).value(), path, counts);
  }

  void choice(const ChoiceView& options, const ChoiceView& defaults, const std::string& path,
              std::string_view key, bool counts, bool always) {
    fact(join(path, key), quote(options.kinds[options.index]),
         !always && options.index == defaults.index, counts);
    group(options.active(), defaults.defaults(options.index), path, counts);
  }

  // An element of a list is never a default, whatever the default list holds.
  void list(const ListView& options, const ListView& defaults, const std::string& path,
            bool counts) {
    fact(path, "[" + std::to_string(options.size) + "]", options.size == defaults.size, counts);
    for (std::size_t i = 0; i < options.size; ++i) {
      const auto element = defaults.fresh();
      const auto first = facts.size();
      slot(options.at(i), element.slot, join(path, std::to_string(i)), counts);
      if (facts.size() > first) facts[first].is_default = false;
    }
  }

  const Schedules& schedules_;
};

}  // namespace

std::vector<Fact> facts(const Group& options, const Schedules& schedules, const Group& defaults) {
  Walker walker(schedules);
  walker.group(options, defaults, "", true);
  return std::move(walker.facts);
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

#include "temper/recipe/search.h"

#include <algorithm>
#include <concepts>

#include "temper/recipe/overloaded.h"
#include "temper/recipe/text.h"

namespace temper::recipe {
namespace {

template <class Visit>
void visit_items(const Group& group, const std::string& path, const Visit& visit);

template <class Visit>
void visit_below(const Slot& slot, const std::string& path, const Visit& visit) {
  std::visit(
      Overloaded{[&](const std::function<Group()>& view) { visit_items(view(), path, visit); },
                 [&](const std::function<ChoiceView()>& view) {
                   visit_items(view().active(), path, visit);
                 },
                 [&](const std::function<OptionalView()>& view) {
                   if (const auto value = view(); value.present)
                     visit_below(value.value(), path, visit);
                 },
                 [&](const std::function<ListView()>& view) {
                   const auto list = view();
                   for (std::size_t i = 0; i < list.size; ++i)
                     visit_below(list.at(i), join(path, std::to_string(i)), visit);
                 },
                 [](const auto&) {}},
      slot);
}

/// Visits options, or structs of options.
template <class Visit>
void visit_items(const Group& group, const std::string& path, const Visit& visit) {
  constexpr bool options = std::invocable<Visit, const std::string&, const Item&>;
  if constexpr (!options) visit(path, group);
  for (const auto& item : group.items) {
    const auto name = join(path, item.meta.name);
    if constexpr (options) visit(name, item);
    visit_below(item.slot, name, visit);
  }
}

}  // namespace

bool has_option(const Group& group, std::string_view name) {
  return std::ranges::any_of(group.items, [&](const Item& item) {
    return item.meta.name == name || (!item.meta.alias.empty() && item.meta.alias == name);
  });
}

std::vector<std::string> paths_of(const Group& root, std::string_view name) {
  std::vector<std::string> paths;
  visit_items(root, "", [&](const std::string& path, const Item& item) {
    if (item.meta.name == name || (!item.meta.alias.empty() && item.meta.alias == name))
      paths.push_back(path);
  });
  return paths;
}

void for_each_group(const Group& root,
                    const std::function<void(const std::string& path, const Group&)>& visit) {
  visit_items(root, "", visit);
}

std::string canonical_path(const Group& root, std::string_view path) {
  std::string known;
  while (!path.empty()) {
    const auto part = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(part.size() + 1, path.size()));
    auto name = join(known, std::string(part));
    for_each_group(root, [&](const std::string& place, const Group& group) {
      if (place != known) return;
      for (const auto& item : group.items)
        if (!item.meta.alias.empty() && item.meta.alias == part) name = join(known, item.meta.name);
    });
    known = std::move(name);
  }
  return known;
}

std::optional<Item> find(const Group& root, std::string_view path) {
  std::optional<Item> result;
  visit_items(root, "", [&](const std::string& name, const Item& item) {
    if (name == path) result = item;
    const auto* list = std::get_if<std::function<ListView()>>(&item.slot);
    if (list == nullptr || !path.starts_with(name)) return;
    const auto elements = (*list)();
    for (std::size_t i = 0; i < elements.size; ++i)
      if (const auto slot = elements.at(i);
          std::holds_alternative<double*>(slot) && join(name, std::to_string(i)) == path)
        result = Item{item.meta, slot};
  });
  return result;
}

}  // namespace temper::recipe

#include "temper/recipe/bind.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/parse_number.h"
#include "temper/core/spelling.h"
#include "temper/recipe/catalogue.h"
#include "temper/recipe/overloaded.h"
#include "temper/recipe/published_names.h"
#include "temper/recipe/search.h"

namespace temper::recipe {
namespace {

constexpr double kWholeDoubles = 0x1p53;     // up to it a double represents every integer exactly
constexpr std::size_t kMostElements = 1000;  // of a list: checks before a run look at all of them

// A description of the value for messages.
std::string found(const Node& node) {
  return std::visit(
      Overloaded{[](bool value) { return std::string(value ? "true" : "false"); },
                 [](std::int64_t value) { return fmt::format("the number {}", value); },
                 [](double value) { return fmt::format("the number {}", number_text(value)); },
                 [](const std::string& value) {
                   return value.size() > 60 ? std::string("a long text")
                                            : fmt::format("the text {}", quote(value));
                 },
                 [](const Node::List&) { return std::string("a list"); },
                 [](const Node::Table&) { return std::string("a table"); }},
      node.value);
}

class Binder {
 public:
  Binder(const Tree& tree, const Group& root, Schedules& schedules, Places* places)
      : tree_(tree), root_(root), schedules_(schedules), places_(places) {}

  // Binds all keys of the table except the one that names its kind.
  void options(const Node::Table& table, const Group& group, const std::string& path,
               std::string_view kind_key = {}, const ChoiceView* choice = nullptr) {
    std::map<std::size_t, std::string> given;
    for (const auto& member : table) {
      if (!kind_key.empty() && member.key == kind_key) continue;
      const auto item = std::ranges::find_if(group.items, [&](const Item& i) {
        return i.meta.name == member.key || (!i.meta.alias.empty() && i.meta.alias == member.key);
      });
      if (item == group.items.end()) unknown_key(member, group, path, kind_key, choice);
      const auto name = join(path, item->meta.name);
      const auto [first, fresh] = given.emplace(item - group.items.begin(), member.key);
      if (!fresh)
        fail(member.position, name,
             fmt::format("'{}' and '{}' are the same option: keep one", first->second, member.key));
      value(member.node, *item, name);
      // Tables on the path of an edit keep their place.
      if (!member.node.partial) remember_place(name, member.node);
    }
  }

 private:
  [[noreturn]] void fail(Position position, const std::string& option,
                         const std::string& message) const {
    auto where = tree_.where(position);
    where.option = option;
    throw Error(Code::usage, std::move(where), message);
  }
  [[noreturn]] void wrong_type(const Node& node, const std::string& path,
                               std::string_view expected) const {
    fail(node.position, path, fmt::format("{} is {}; expected {}", path, found(node), expected));
  }

  [[noreturn]] void unknown_key(const Member& member, const Group& group, const std::string& path,
                                std::string_view kind_key, const ChoiceView* choice) const {
    const auto option = join(path, member.key);
    const auto start = fmt::format("unknown key '{}'{}", option,
                                   group.kind.empty() ? "" : fmt::format(" of {}", group.kind));
    std::vector<std::string_view> names;
    if (!kind_key.empty()) names.push_back(kind_key);
    for (const auto& item : group.items) names.push_back(item.meta.name);
    if (nearest(member.key, names).empty()) {
      if (choice != nullptr)
        for (std::size_t i = 0; i < choice->kinds.size(); ++i)
          if (has_option(choice->defaults(i), member.key))
            fail(member.position, option,
                 fmt::format("{}: it is an option of {}", start, choice->kinds[i]));
      if (const auto elsewhere = paths_of(root_, member.key); !elsewhere.empty())
        fail(member.position, option,
             fmt::format("{}: did you mean '{}'?", start, fmt::join(elsewhere, "' or '")));
      if (const auto place = place_text(root_, member.key); !place.empty())
        fail(member.position, option, fmt::format("{}: {}", start, place));
    }
    fail(member.position, option,
         names.empty()
             ? fmt::format("{}: it has no options", start)
             : fmt::format("{}: {}", start, suggestion(member.key, names, "the keys here are")));
  }

  void value(const Node& node, const Item& item, const std::string& path) {
    const auto& meta = item.meta;
    std::visit(
        Overloaded{
            [&](double* to) { number(node, meta, to, path); },
            [&](std::int64_t* to) { *to = whole(node, meta, path, "a whole number"); },
            [&](bool* to) {
              if (!std::holds_alternative<bool>(node.value))
                wrong_type(node, path, "true or false");
              *to = std::get<bool>(node.value);
            },
            [&](std::string* to) { *to = text(node, path, "text in quotes"); },
            [&](Auto* to) { automatic(node, meta, to, path); },
            [&](const std::function<EnumView()>& view) { named(node, view(), path); },
            [&](const std::function<Group()>& view) {
              if (!node.partial) clear_length(node, view());
              options(table_of(node, path, view()), view(), path);
            },
            [&](const std::function<OptionalView()>& view) { optional(node, meta, view, path); },
            [&](const std::function<ChoiceView()>& view) {
              choice(node, view, path, "kind", false);
            },
            [&](const std::function<ListView()>& view) { list(node, meta, view, path); }},
        item.slot);
  }

  /// Lengths in epochs and in steps add up: a table that gives one of them replaces both.
  static void clear_length(const Node& node, const Group& group) {
    const auto* const table = std::get_if<Node::Table>(&node.value);
    const auto is_length = [](std::string_view name) {
      return name == "epochs" || name == "steps";
    };
    if (table == nullptr || std::ranges::none_of(*table, is_length, &Member::key)) return;
    for (const auto& item : group.items) {
      if (!is_length(item.meta.name)) continue;
      if (auto* const* epochs = std::get_if<double*>(&item.slot)) **epochs = 0;
      if (auto* const* steps = std::get_if<std::int64_t*>(&item.slot)) **steps = 0;
    }
  }

  void in_bounds(const Node& node, const Meta& meta, double to, const std::string& path) const {
    if (!std::isfinite(to))
      fail(node.position, path, fmt::format("{} is {}; expected a finite number", path, to));
    if (!meta.bounds.contain(to))
      fail(node.position, path,
           fmt::format("{} is {}; expected {}", path, to, in_range(meta.bounds)));
  }
  static std::string in_range(const Bounds& bounds) {
    const auto text = bounds.text();
    return text.front() == '[' || text.front() == '(' ? fmt::format("a number in {}", text) : text;
  }

  void number(const Node& node, const Meta& meta, double* to, const std::string& path) {
    if (meta.scheduled && std::holds_alternative<Node::Table>(node.value)) {
      *to = scheduled(node, path);
      return;
    }
    if (const auto* value = std::get_if<double>(&node.value))
      *to = *value;
    else if (const auto* integer = std::get_if<std::int64_t>(&node.value))
      *to = static_cast<double>(*integer);
    else
      wrong_type(node, path,
                 meta.scheduled ? R"(a number or a schedule table, such as { schedule = "cosine" })"
                                : "a number");
    in_bounds(node, meta, *to, path);
    schedules_.erase(path);
  }

  double scheduled(const Node& node, const std::string& path) {
    const auto& table = std::get<Node::Table>(node.value);
    const auto driven = schedules_.find(path);
    const bool names_one =
        std::ranges::any_of(table, [](const Member& m) { return m.key == "schedule"; });
    if (!names_one && !(node.partial && driven != schedules_.end()))
      fail(node.position, path,
           fmt::format(
               "{} has no schedule: write {} = {{ schedule = \"cosine\", ... }}, or a number", path,
               path.substr(path.rfind('.') + 1)));
    schedule::Schedule schedule =
        driven == schedules_.end() ? schedule::Schedule{} : driven->second;
    choice(node, std::get<std::function<ChoiceView()>>(slot(schedule)), path, "schedule",
           !node.partial);
    schedules_.insert_or_assign(path, schedule);
    remember_place(path, node);
    return schedule::value(schedule, 0, {});
  }

  [[nodiscard]] std::int64_t whole(const Node& node, const Meta& meta, const std::string& path,
                                   std::string_view expected) const {
    std::int64_t result = 0;
    if (const auto* value = std::get_if<std::int64_t>(&node.value)) {
      result = *value;
    } else {
      // "2e3" is a whole number, although TOML reads it as a float.
      const auto* real = std::get_if<double>(&node.value);
      if (real == nullptr || std::floor(*real) != *real || std::abs(*real) > kWholeDoubles)
        wrong_type(node, path, expected);
      result = static_cast<std::int64_t>(*real);
    }
    in_bounds(node, meta, static_cast<double>(result), path);
    return result;
  }

  [[nodiscard]] std::string text(const Node& node, const std::string& path,
                                 std::string_view expected) const {
    if (!std::holds_alternative<std::string>(node.value)) wrong_type(node, path, expected);
    return std::get<std::string>(node.value);
  }

  void automatic(const Node& node, const Meta& meta, Auto* to, const std::string& path) const {
    if (std::holds_alternative<std::string>(node.value) &&
        std::get<std::string>(node.value) == "auto")
      to->value.reset();
    else
      to->value = whole(node, meta, path, R"("auto" or a whole number)");
  }

  void named(const Node& node, const EnumView& view, const std::string& path) const {
    const auto name = text(node, path, fmt::format("one of {}", fmt::join(view.names, ", ")));
    const auto at = std::ranges::find(view.names, name);
    if (at == view.names.end())
      fail(node.position, path,
           fmt::format("unknown value \"{}\" of {}: {}", name, path,
                       suggestion(name, view.names, "it is one of")));
    view.set(static_cast<std::size_t>(at - view.names.begin()));
  }

  [[nodiscard]] const Node::Table& table_of(const Node& node, const std::string& path,
                                            const Group& group) const {
    if (!std::holds_alternative<Node::Table>(node.value))
      wrong_type(node, path,
                 group.items.empty()
                     ? "a table"
                     : fmt::format("a table, such as {{ {} = ... }}", group.items[0].meta.name));
    return std::get<Node::Table>(node.value);
  }

  void optional(const Node& node, const Meta& meta, const std::function<OptionalView()>& view,
                const std::string& path) {
    const bool* on = std::get_if<bool>(&node.value);
    const bool stays = view().present && (node.partial || (on != nullptr && *on));
    if (!stays) {
      forget(path);
      view().set_present(on == nullptr || *on);
    }
    if (on == nullptr) value(node, {meta, view().value()}, path);
  }

  // Binds a table with `kind`, the name of a kind alone, or a text in the sort's own notation.
  void choice(const Node& node, const std::function<ChoiceView()>& view, const std::string& path,
              std::string_view key, bool must_name) {
    const bool is_name = std::holds_alternative<std::string>(node.value) && key == "kind";
    if (!is_name && !std::holds_alternative<Node::Table>(node.value))
      wrong_type(
          node, path,
          fmt::format("a table with '{}', or one of {}", key, fmt::join(view().kinds, ", ")));
    const auto before = view();
    if (is_name && is_written(node, before, path)) return;
    const auto* const kind = is_name ? &node : kind_of(node, key);
    if (kind == nullptr && must_name && before.kinds.size() > 1)
      fail(node.position, path,
           fmt::format("{} needs '{}': one of {}", path, key, fmt::join(before.kinds, ", ")));
    const auto index = kind == nullptr ? before.index : kind_index(*kind, before, join(path, key));
    if (!node.partial || index != before.index) {
      forget(path);
      before.select(index);
    }
    if (is_name) return;
    const auto after = view();
    options(std::get<Node::Table>(node.value), after.active(), path, key, &after);
  }
  /// Takes a text in the sort's own notation, if it is no kind's name.
  bool is_written(const Node& node, const ChoiceView& view, const std::string& path) {
    const auto& text = std::get<std::string>(node.value);
    if (!view.read || std::ranges::find(view.kinds, text) != view.kinds.end()) return false;
    try {
      if (!view.read(text)) return false;
    } catch (const Error& error) {
      fail(node.position, path, fmt::format("{}: {}", path, error.message()));
    }
    forget(path);
    return true;
  }
  static const Node* kind_of(const Node& node, std::string_view key) {
    const auto& table = std::get<Node::Table>(node.value);
    const auto at = std::ranges::find(table, key, &Member::key);
    return at == table.end() ? nullptr : &at->node;
  }
  [[nodiscard]] std::size_t kind_index(const Node& node, const ChoiceView& view,
                                       const std::string& path) const {
    const auto name = text(node, path, fmt::format("one of {}", fmt::join(view.kinds, ", ")));
    const auto at = std::ranges::find(view.kinds, name);
    if (at == view.kinds.end()) {
      // The options may serve as a scratch copy: after an error they are discarded.
      const auto place = place_text(root_, name);
      const auto here = kind_of_published(name);
      const bool is_known = std::ranges::find(view.kinds, here) != view.kinds.end();
      fail(node.position, path,
           fmt::format("unknown {} \"{}\": {}", path, name,
                       is_known        ? fmt::format("did you mean '{}'?", here)
                       : place.empty() ? suggestion(name, view.kinds, "it is one of")
                                       : place));
    }
    return static_cast<std::size_t>(at - view.kinds.begin());
  }

  static std::string list_text(const Slot& element) {
    const auto* choice = std::get_if<std::function<ChoiceView()>>(&element);
    if (choice == nullptr) return "a list, in [ ]";
    return fmt::format(R"(a list, such as [{{ kind = "{}" }}])", (*choice)().kinds.front());
  }

  void list(const Node& node, const Meta& meta, const std::function<ListView()>& view,
            const std::string& path) {
    if (node.partial) {
      for (const auto& member : std::get<Node::Table>(node.value))
        element(member.node, meta, view, path, list_index(member, view().size, path));
      return;
    }
    if (!std::holds_alternative<Node::List>(node.value))
      wrong_type(node, path, list_text(view().fresh().slot));
    const auto& nodes = std::get<Node::List>(node.value);
    if (nodes.size() > kMostElements)
      fail(node.position, path,
           fmt::format("{} has {} elements; expected at most {}", path, nodes.size(),
                       kMostElements));
    forget(path);
    view().resize(0);
    for (std::size_t i = 0; i < nodes.size(); ++i) element(nodes[i], meta, view, path, i);
  }
  void element(const Node& node, const Meta& meta, const std::function<ListView()>& view,
               const std::string& path, std::size_t index) {
    const bool added = index == view().size;
    if (added) view().resize(index + 1);
    const Item item{meta, view().at(index)};
    const auto name = join(path, std::to_string(index));
    if (const auto* one_of = std::get_if<std::function<ChoiceView()>>(&item.slot))
      choice(node, *one_of, name, "kind", added || !node.partial);
    else
      value(node, item, name);
    if (!node.partial) remember_place(name, node);
  }
  [[nodiscard]] std::size_t list_index(const Member& member, std::size_t size,
                                       const std::string& path) const {
    const auto index = parse_number<std::size_t>(member.key);
    if (!index)
      fail(member.position, path,
           fmt::format("{} is a list: name an element by its number, as in {}.0", path, path));
    if (*index > size)
      fail(member.position, path,
           fmt::format("{} has {} elements, so there is no {}.{}; the next is {}.{}", path, size,
                       path, member.key, path, size));
    return *index;
  }

  /// Drops the schedules and places of the options below a path, which are about to be replaced.
  void forget(const std::string& path) {
    const auto is_below = [&](const auto& entry) { return entry.first.starts_with(path + "."); };
    std::erase_if(schedules_, is_below);
    if (places_ != nullptr) std::erase_if(*places_, is_below);
  }

  void remember_place(const std::string& path, const Node& node) {
    if (places_ != nullptr) places_->insert_or_assign(path, tree_.where(node.position));
  }

  const Tree& tree_;
  const Group& root_;
  Schedules& schedules_;
  Places* places_;
};

}  // namespace

void bind_tree(const Tree& tree, const Group& view, Schedules& schedules, Places* places) {
  Binder(tree, view, schedules, places).options(tree.table(), view, "");
}

}  // namespace temper::recipe

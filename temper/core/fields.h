#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "temper/core/onset.h"

/// Reflection from one list per struct. A technique's options are a plain struct with a static
/// `fields()`; parsing, printing, `temper explain`, studies and the fingerprint all read the
/// type-erased view below, so that nothing about an option is written twice.
///
///   struct Flip {
///     double p = 0.5;
///     static constexpr std::string_view kind = "flip";
///     static constexpr About about = {.summary = "Mirrors the image left to right.", ...};
///     static constexpr auto fields() {
///       return std::tuple{field(&Flip::p, {.name = "p", .meaning = "...",
///       .bounds = {0, 1}})};
///     }
///   };
namespace temper {

/// The values that a number may take, in TOML and in `--set`.
struct Bounds {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool open_low = false;   ///< low itself is excluded
  bool open_high = false;  ///< high itself is excluded

  [[nodiscard]] constexpr bool contain(double value) const {
    return value == value && (open_low ? value > low : value >= low) &&
           (open_high ? value < high : value <= high);
  }
  [[nodiscard]] std::string text() const;  ///< "[0, 1)", ">= 1", "any number"
};

/// The description of a technique, for `temper explain` and the documentation.
struct About {
  std::string_view summary;       ///< one or two sentences
  std::string_view formula = "";  ///< plain text, may have several lines
  std::string_view paper = "";    ///< authors, year, title or arXiv number
  bool for_classes = false;       ///< needs class labels: refused for regression targets
};

/// How far the effect of an option reaches in a run. Runs whose options differ only in those that
/// do not reach the training have the same weights after every step that both of them make.
enum class Reach : std::uint8_t {
  outcome,  ///< its end, which of its weights are kept, and what is written
  scores,   ///< also its evaluations, and the training where a plateau schedule follows these
  training  ///< its weights
};

/// The description of one option.
struct Meta {
  std::string_view name;
  std::string_view meaning;
  std::string_view unit = "";
  Bounds bounds = {};
  bool changes_results = true;  ///< false: not part of the fingerprint
  bool scheduled = false;       ///< a recipe may give a schedule (a table) instead of the number
  std::string_view alias = "";  ///< a second spelling that recipes may use, such as timm's
  bool for_classes = false;     ///< for regression targets it must be at its default
  bool ahead_of_step = false;   ///< this and the options below it are used before their step is due
  Reach reach = Reach::training;  ///< at most that far, with the options below it
  bool by_step = false;           ///< this and the options below it are used only through what
                         ///< recipe::ScheduleDriver makes of them for each step, like a schedule
};

template <class S, class M>
struct Field {
  M S::* member;
  Meta meta;
};
template <class S, class M>
constexpr Field<S, M> field(M S::* member, Meta meta) {
  return {member, meta};
}

/// A number that the program chooses when the recipe says "auto".
struct Auto {
  std::optional<std::int64_t> value;
  bool operator==(const Auto&) const = default;
};

/// Specialize it next to the enum: `static constexpr std::array<std::string_view, n> value{...}` in
/// the enum's order; and `static constexpr std::string_view for_classes = "..."` where one of the
/// names needs class labels.
template <class E>
struct EnumNames;

template <class E>
constexpr std::string_view name_of(E value) {
  return EnumNames<E>::value[static_cast<std::size_t>(value)];
}

template <class T>
concept Reflected = requires { T::fields(); };

namespace detail {
/// The variant that a type is or derives from.
template <class... A>
std::variant<A...>& variant_of(std::variant<A...>& value) {
  return value;
}
template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};
template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
}  // namespace detail

/// One of several techniques of the same sort: `using Optimizer = std::variant<Sgd, ...>`. In a
/// recipe it is a table with the key `kind` (or the alternative's name alone, for its defaults), or
/// a text that the sort's static `read(text)` understands, which its `written()` gives back. A sort
/// whose techniques hold lists of the same sort is a struct that derives from its variant, so
/// that it can be declared before them.
template <class T>
concept Choice = requires(T& value) { detail::variant_of(value); };

// The type-erased view that every consumer reads. The templates below only construct it.

struct Group;
struct EnumView;
struct OptionalView;
struct ChoiceView;
struct ListView;

/// A reference to an option's value. Nested views are functions, which are evaluated on demand, so
/// that recursive structures terminate.
using Slot =
    std::variant<double*, std::int64_t*, bool*, std::string*, Auto*, std::function<EnumView()>,
                 std::function<Group()>, std::function<OptionalView()>, std::function<ChoiceView()>,
                 std::function<ListView()>>;

struct EnumView {
  std::size_t index;
  std::function<void(std::size_t)> set;
  std::vector<std::string_view> names;
  std::string_view for_classes = "";  ///< the name that needs class labels
};

struct Item {
  Meta meta;
  Slot slot;
};

/// A struct of options.
struct Group {
  std::string_view kind;
  About about;
  std::vector<Item> items;
  std::shared_ptr<void> owner =
      {};  ///< keeps the struct alive if the view was made from a fresh one
  /// When its options first have an effect in a run, see onset.h; empty: from the first step.
  std::function<std::vector<Onset>(const Horizon& run)> onsets = {};
};

/// An optional technique: std::optional of a struct or of a choice.
struct OptionalView {
  bool present;
  std::function<void(bool)> set_present;  ///< true: with its defaults
  std::function<Slot()> value;            ///< call only when present
};

struct ChoiceView {
  std::vector<std::string_view> kinds;
  std::size_t index;
  std::function<void(std::size_t)>
      select;  ///< selects that alternative with its defaults; older views become invalid
  std::function<Group()> active;
  std::function<Group(std::size_t)> defaults;  ///< of a fresh alternative, whichever is active

  // Where the sort has a notation of its own besides tables, as timm's strings for policies are.

  /// Takes the value from a text; false if it is not in that notation. Throws Error for one in it
  /// with a mistake. Older views become invalid.
  std::function<bool(std::string_view)> read = {};
  std::function<std::string()> written = {};  ///< the value in that notation; "" if it has none
};

struct ListView {
  struct Element {
    Slot slot;
    std::shared_ptr<void> owner;
  };
  std::size_t size;
  std::function<void(std::size_t)> resize;
  std::function<Slot(std::size_t)> at;
  std::function<Element()> fresh;  ///< a default element outside the list
};

template <class T>
Slot slot(T& value);

template <Reflected T>
constexpr std::string_view kind_of() {
  if constexpr (requires { T::kind; })
    return T::kind;
  else
    return "";
}

/// The view of a struct of options, which must outlive it.
template <Reflected T>
Group group(T& value) {
  Group view{.kind = kind_of<T>()};
  if constexpr (requires { T::about; }) view.about = T::about;
  if constexpr (requires(const Horizon& run) { value.onsets(run); })
    view.onsets = [&value](const Horizon& run) { return value.onsets(run); };
  std::apply([&](auto... f) { (view.items.push_back({f.meta, slot(value.*f.member)}), ...); },
             T::fields());
  return view;
}

/// The view of a choice's active alternative. Invalid once another is selected.
template <Choice T>
Group group(T& value) {
  return std::get<std::function<ChoiceView()>>(slot(value))().active();
}

/// The view of a fresh struct.
template <Reflected T>
Group fresh_group() {
  auto owned = std::make_shared<T>();
  Group view = group(*owned);
  view.owner = std::move(owned);
  return view;
}

namespace detail {
template <class... A>
ChoiceView choice_view(std::variant<A...>& value) {
  return {.kinds = {kind_of<A>()...},
          .index = value.index(),
          .select =
              [&value](std::size_t i) {
                std::size_t at = 0;
                ((at++ == i ? void(value.template emplace<A>()) : void()), ...);
              },
          .active =
              [&value] {
                return std::visit([](auto& alternative) { return group(alternative); }, value);
              },
          .defaults =
              [](std::size_t i) {
                Group view;
                std::size_t at = 0;
                ((at++ == i ? void(view = fresh_group<A>()) : void()), ...);
                return view;
              }};
}
}  // namespace detail

template <class T>
Slot slot(T& value) {
  if constexpr (std::is_same_v<T, double> || std::is_same_v<T, std::int64_t> ||
                std::is_same_v<T, bool> || std::is_same_v<T, std::string> ||
                std::is_same_v<T, Auto>)
    return &value;
  else if constexpr (std::is_enum_v<T>)
    return std::function<EnumView()>([&value] {
      EnumView view{static_cast<std::size_t>(value),
                    [&value](std::size_t i) { value = static_cast<T>(i); },
                    {EnumNames<T>::value.begin(), EnumNames<T>::value.end()}};
      if constexpr (requires { EnumNames<T>::for_classes; })
        view.for_classes = EnumNames<T>::for_classes;
      return view;
    });
  else if constexpr (detail::is_optional<T>::value)
    return std::function<OptionalView()>([&value] {
      return OptionalView{value.has_value(),
                          [&value](bool on) { on ? void(value.emplace()) : value.reset(); },
                          [&value] { return slot(*value); }};
    });
  else if constexpr (detail::is_vector<T>::value)
    return std::function<ListView()>([&value] {
      return ListView{value.size(), [&value](std::size_t n) { value.resize(n); },
                      [&value](std::size_t i) { return slot(value[i]); },
                      [] {
                        auto owned = std::make_shared<typename T::value_type>();
                        return ListView::Element{slot(*owned), owned};
                      }};
    });
  else if constexpr (Choice<T>)
    return std::function<ChoiceView()>([&value] {
      auto view = detail::choice_view(detail::variant_of(value));
      if constexpr (requires(std::string_view text) { T::read(text); }) {
        view.read = [&value](std::string_view text) {
          auto read = T::read(text);
          if (!read) return false;
          value = *std::move(read);
          return true;
        };
        view.written = [&value] { return value.written(); };
      }
      return view;
    });
  else {
    static_assert(Reflected<T>, "give the struct a fields() list");
    return std::function<Group()>([&value] { return group(value); });
  }
}

}  // namespace temper

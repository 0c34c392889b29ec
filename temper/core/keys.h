#pragma once
#include <optional>
#include <string_view>

/// The JSON keys of a struct, in one list from which both writing and reading follow
/// (io/format/json_keys.h), as recipes follow from the list of a technique's options (fields.h).
///
///   struct Tested {
///     std::string weights;
///     Score score;
///     std::optional<double> top5;
///     static constexpr auto keys() {
///       return std::tuple{key("weights", &Tested::weights), inlined(&Tested::score),
///                         key("top5_accuracy", &Tested::top5)};
///     }
///   };
namespace temper {

template <class Struct, class Value>
struct Key {
  std::string_view name;  ///< "": the keys of the value are keys of the struct's own object
  Value Struct::* member;
  bool or_null = false;  ///< an empty std::optional is written as null instead of being left out
};

template <class Struct, class Value>
constexpr Key<Struct, Value> key(std::string_view name, Value Struct::* member) {
  return {name, member, false};
}

/// The keys of the value are keys of the struct's own object.
template <class Struct, class Value>
constexpr Key<Struct, Value> inlined(Value Struct::* member) {
  return {"", member, false};
}

/// Written as null where it is empty.
template <class Struct, class Value>
constexpr Key<Struct, std::optional<Value>> nullable(std::string_view name,
                                                     std::optional<Value> Struct::* member) {
  return {name, member, true};
}

template <class T>
concept Keyed = requires { T::keys(); };

}  // namespace temper

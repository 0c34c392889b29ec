#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "temper/core/fields.h"
#include "temper/core/keys.h"

/// Structs with a list of keys (core/keys.h) as JSON: a struct is an object, std::vector an array,
/// std::map an object, an enum its name. A number that is not finite is null. An empty
/// std::optional is left out.
///
/// Reading accepts any JSON, so that files of other versions and files edited by hand can be read:
/// a number that is null, missing or of another type becomes NaN (an integer 0), a text "", a list
/// empty; unknown keys are ignored. exactly() accepts nothing of that.
namespace temper::io {

/// A number, or null where it is not finite.
nlohmann::json json_number(double value);

void write_json(nlohmann::json& to, double value);
void write_json(nlohmann::json& to, std::int64_t value);
void write_json(nlohmann::json& to, bool value);
void write_json(nlohmann::json& to, std::string_view value);
void read_json(const nlohmann::json& from, double& into);
void read_json(const nlohmann::json& from, std::int64_t& into);
void read_json(const nlohmann::json& from, bool& into);
void read_json(const nlohmann::json& from, std::string& into);

template <class T>
  requires std::is_enum_v<T>
void write_json(nlohmann::json& to, T value);
template <class T>
void write_json(nlohmann::json& to, const std::vector<T>& values);
template <class T>
void write_json(nlohmann::json& to, const std::map<std::string, T>& values);
/// Adds the keys to an object, or makes one of null.
template <Keyed T>
void write_json(nlohmann::json& to, const T& value);

template <class T>
  requires std::is_enum_v<T>
void read_json(const nlohmann::json& from, T& into);
template <class T>
void read_json(const nlohmann::json& from, std::optional<T>& into);
template <class T>
void read_json(const nlohmann::json& from, std::vector<T>& into);
template <class T>
void read_json(const nlohmann::json& from, std::map<std::string, T>& into);
template <Keyed T>
void read_json(const nlohmann::json& from, T& into);

/// The object of a struct. Callers include nlohmann/json.hpp.
template <Keyed T, class Json = nlohmann::json>
Json json_of(const T& value) {
  Json object;
  write_json(object, value);
  return object;
}

/// The struct whose object is exactly this one; nothing where a key is missing or unknown, or a
/// value is of another type.
template <Keyed T, class Json>
std::optional<T> exactly(const Json& from) {
  T value{};
  read_json(from, value);
  if (json_of(value) != from) return std::nullopt;
  return value;
}

namespace detail {

void make_object(nlohmann::json& value);  ///< of null; an object keeps its keys
void make_empty_array(nlohmann::json& value);
void make_empty_object(nlohmann::json& value);
nlohmann::json& appended(nlohmann::json& array);
nlohmann::json& member(nlohmann::json& object, std::string_view name);
/// null where the value is not an object or lacks the key.
const nlohmann::json& member(const nlohmann::json& value, std::string_view name);
bool is_null(const nlohmann::json& value);
/// Visits nothing where the value is not an array.
void each_element(const nlohmann::json& value,
                  const std::function<void(const nlohmann::json&)>& visit);
/// Visits nothing where the value is not an object.
void each_member(const nlohmann::json& value,
                 const std::function<void(const std::string&, const nlohmann::json&)>& visit);
/// 0 for a name that is not in the list.
std::size_t index_of(const nlohmann::json& name, const std::string_view* names, std::size_t count);

template <class T>
void write_member(nlohmann::json& object, std::string_view name, bool /*or_null*/, const T& value) {
  write_json(member(object, name), value);
}
template <class T>
void write_member(nlohmann::json& object, std::string_view name, bool or_null,
                  const std::optional<T>& value) {
  if (value)
    write_json(member(object, name), *value);
  else if (or_null)
    member(object, name);
}
template <Keyed T>
void write_member(nlohmann::json& object, std::string_view name, bool /*or_null*/, const T& value) {
  write_json(name.empty() ? object : member(object, name), value);
}

}  // namespace detail

template <class T>
  requires std::is_enum_v<T>
void write_json(nlohmann::json& to, T value) {
  write_json(to, name_of(value));
}

template <class T>
void write_json(nlohmann::json& to, const std::vector<T>& values) {
  detail::make_empty_array(to);
  for (const auto& value : values) write_json(detail::appended(to), value);
}

template <class T>
void write_json(nlohmann::json& to, const std::map<std::string, T>& values) {
  detail::make_empty_object(to);
  for (const auto& [name, value] : values) write_json(detail::member(to, name), value);
}

template <Keyed T>
void write_json(nlohmann::json& to, const T& value) {
  detail::make_object(to);
  std::apply(
      [&](const auto&... key) {
        (detail::write_member(to, key.name, key.or_null, value.*key.member), ...);
      },
      T::keys());
}

template <class T>
  requires std::is_enum_v<T>
void read_json(const nlohmann::json& from, T& into) {
  constexpr const auto& names = EnumNames<T>::value;
  into = static_cast<T>(detail::index_of(from, names.data(), names.size()));
}

template <class T>
void read_json(const nlohmann::json& from, std::optional<T>& into) {
  into.reset();
  if (!detail::is_null(from)) read_json(from, into.emplace());
}

template <class T>
void read_json(const nlohmann::json& from, std::vector<T>& into) {
  into.clear();
  detail::each_element(from,
                       [&](const nlohmann::json& value) { read_json(value, into.emplace_back()); });
}

template <class T>
void read_json(const nlohmann::json& from, std::map<std::string, T>& into) {
  into.clear();
  detail::each_member(from, [&](const std::string& name, const nlohmann::json& value) {
    read_json(value, into[name]);
  });
}

template <Keyed T>
void read_json(const nlohmann::json& from, T& into) {
  std::apply(
      [&](const auto&... key) {
        (read_json(key.name.empty() ? from : detail::member(from, key.name), into.*key.member),
         ...);
      },
      T::keys());
}

}  // namespace temper::io

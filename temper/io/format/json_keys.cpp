#include "temper/io/format/json_keys.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>

namespace temper::io {

using nlohmann::json;

json json_number(double value) {
  return std::isfinite(value) ? json(value) : json();
}

void write_json(json& to, double value) {
  to = json_number(value);
}
void write_json(json& to, std::int64_t value) {
  to = value;
}
void write_json(json& to, bool value) {
  to = value;
}
void write_json(json& to, std::string_view value) {
  to = value;
}

void read_json(const json& from, double& into) {
  into = from.is_number() ? from.get<double>() : std::numeric_limits<double>::quiet_NaN();
}
void read_json(const json& from, std::int64_t& into) {
  into = from.is_number_integer() ? from.get<std::int64_t>() : 0;
}
void read_json(const json& from, bool& into) {
  into = from.is_boolean() && from.get<bool>();
}
void read_json(const json& from, std::string& into) {
  into = from.is_string() ? from.get<std::string>() : "";
}

namespace detail {

void make_object(json& value) {
  if (value.is_null()) value = json::object();
}

void make_empty_array(json& value) {
  value = json::array();
}

void make_empty_object(json& value) {
  value = json::object();
}

json& appended(json& array) {
  return array.emplace_back();
}

json& member(json& object, std::string_view name) {
  return object[std::string(name)];
}

const json& member(const json& value, std::string_view name) {
  static const json none;
  const auto found = value.is_object() ? value.find(std::string(name)) : value.end();
  return found == value.end() ? none : *found;
}

bool is_null(const json& value) {
  return value.is_null();
}

void each_element(const json& value, const std::function<void(const json&)>& visit) {
  if (!value.is_array()) return;
  for (const auto& part : value) visit(part);
}

void each_member(const json& value,
                 const std::function<void(const std::string&, const json&)>& visit) {
  if (!value.is_object()) return;
  for (const auto& [name, part] : value.items()) visit(name, part);
}

std::size_t index_of(const json& name, const std::string_view* names, std::size_t count) {
  const std::span known(names, count);
  const auto found =
      name.is_string() ? std::ranges::find(known, name.get_ref<const std::string&>()) : known.end();
  return found == known.end() ? 0 : static_cast<std::size_t>(found - known.begin());
}

}  // namespace detail
}  // namespace temper::io

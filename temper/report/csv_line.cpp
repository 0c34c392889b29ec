#include "temper/report/csv_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <utility>

namespace temper::report {
namespace {

std::string field(const std::string& value) {
  if (value.find_first_of(",;\t\"\r\n") == std::string::npos) return value;
  std::string quoted = "\"";
  for (const char c : value) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string text(const std::vector<std::string>& values) {
  std::vector<std::string> fields;
  fields.reserve(values.size());
  for (const auto& value : values) fields.push_back(field(value));
  return fmt::format("{}\n", fmt::join(fields, ","));
}

}  // namespace

void CsvLine::add(std::string name, std::string value) {
  names_.push_back(std::move(name));
  values_.push_back(std::move(value));
}

void CsvLine::add(std::string name, std::optional<double> value) {
  add(std::move(name), value && std::isfinite(*value) ? fmt::format("{}", *value) : "");
}

void CsvLine::add(std::string name, double value) {
  add(std::move(name), std::optional(value));
}

void CsvLine::add(std::string name, std::int64_t value) {
  add(std::move(name), std::to_string(value));
}

std::string CsvLine::names() const {
  return text(names_);
}

std::string CsvLine::values() const {
  return text(values_);
}

}  // namespace temper::report

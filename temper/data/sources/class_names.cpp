#include "temper/data/sources/class_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/printable.h"

namespace temper::data {

bool is_class_number(const std::string& text) {
  constexpr std::size_t most = 9;
  return !text.empty() && text.size() <= most && (text == "0" || text.front() != '0') &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<std::string> classes_among(std::span<const std::string> labels) {
  std::set<std::string_view> seen;
  for (const auto& label : labels)
    if (!label.empty()) seen.insert(label);
  std::vector<std::string> classes(seen.begin(), seen.end());
  if (std::all_of(classes.begin(), classes.end(), is_class_number))
    std::sort(classes.begin(), classes.end(), [](const std::string& a, const std::string& b) {
      return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
  return classes;
}

ClassIndex::ClassIndex(const std::vector<std::string>& classes) {
  std::int64_t number = 0;
  for (const auto& name : classes) sorted_.emplace_back(name, number++);
  std::sort(sorted_.begin(), sorted_.end());
}

std::int64_t ClassIndex::of(const std::string& label) const {
  const auto found =
      std::lower_bound(sorted_.begin(), sorted_.end(), label,
                       [](const auto& pair, const std::string& name) { return pair.first < name; });
  return found != sorted_.end() && found->first == label ? found->second : -1;
}

void check_classes(const std::vector<std::string>& classes, const std::string& where) {
  if (classes.empty())
    throw Error(Code::data, {.file = where},
                "no picture has a label; a classifier needs two classes or more");
  if (classes.size() < 2)
    throw Error(Code::data, {.file = where},
                fmt::format("only one class, '{}'; a classifier needs two or more",
                            printable(classes.front())));
}

std::string some_of(const std::vector<std::string>& classes) {
  constexpr std::size_t most = 20;
  std::string text;
  for (const auto& name : std::span(classes).first(std::min(most, classes.size())))
    text += (text.empty() ? "" : ", ") + printable(name);
  return classes.size() <= most ? text : fmt::format("{}, ... ({} in all)", text, classes.size());
}

}  // namespace temper::data

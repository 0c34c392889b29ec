#include "temper/data/sources/set_names.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "temper/core/error.h"
#include "temper/data/sources/listing.h"

namespace temper::data {
namespace {

constexpr std::array<std::string_view, 3> kMeanings{"training", "validation", "test"};

}  // namespace

std::optional<Part> part_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Part>, 8> spellings{
      {{"train", Part::train},
       {"training", Part::train},
       {"val", Part::validation},
       {"valid", Part::validation},
       {"validation", Part::validation},
       {"dev", Part::validation},
       {"test", Part::test},
       {"testing", Part::test}}};
  const auto small = to_lower(std::string(name));
  for (const auto& [spelling, part] : spellings)
    if (small == spelling) return part;
  return std::nullopt;
}

std::string& PartNames::of(Part part) {
  return part == Part::train ? train : part == Part::validation ? validation : test;
}

PartNames part_names(const std::vector<std::string>& names, const std::string& where) {
  PartNames result;
  for (const auto& name : names) {
    const auto part = part_of(name);
    if (!part) continue;
    auto& taken = result.of(*part);
    if (!taken.empty())
      throw Error(Code::data, {.file = where},
                  fmt::format("both '{}' and '{}'; expected one {} set", taken, name,
                              kMeanings[static_cast<std::size_t>(*part)]));
    taken = name;
  }
  return result;
}

}  // namespace temper::data

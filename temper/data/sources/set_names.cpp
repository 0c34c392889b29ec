#include "temper/data/sources/set_names.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "temper/core/error.h"

namespace temper::data {
namespace {

constexpr std::array<std::string_view, 3> kMeanings{"training", "validation", "test"};

}  // namespace

std::string& PartNames::of(Part part) {
  return part == Part::train ? train : part == Part::validation ? validation : test;
}

PartNames part_names(const std::vector<std::string>& names, const std::string& where) {
  PartNames result;
  for (const bool plain : {true, false}) {
    PartNames before = result;
    for (const auto& name : names) {
      const auto part = part_of(name);
      if (!part || is_plain(name) != plain || !before.of(*part).empty()) continue;
      auto& taken = result.of(*part);
      if (!taken.empty())
        throw Error(Code::data, {.file = where},
                    fmt::format("both '{}' and '{}'; expected one {} set, so rename the other",
                                taken, name, kMeanings[static_cast<std::size_t>(*part)]));
      taken = name;
    }
  }
  return result;
}

}  // namespace temper::data

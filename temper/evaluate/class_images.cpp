#include "temper/evaluate/class_images.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "temper/core/error.h"
#include "temper/data/sources/subset.h"

namespace temper::evaluate {

ThreeClasses classes_of(const std::vector<std::string>& asked,
                        const std::vector<std::string>& known) {
  ThreeClasses found{};
  if (asked.size() != 3)
    throw Error(
        Code::usage,
        fmt::format(
            "clusters: {} classes were given; expected three, for example {}", asked.size(),
            fmt::join(known.begin(), known.begin() + std::min<std::ptrdiff_t>(3, std::ssize(known)),
                      ",")));
  for (std::size_t i = 0; i < 3; ++i) {
    const auto at = std::ranges::find(known, asked[i]);
    if (at == known.end())
      throw Error(Code::usage, fmt::format("clusters: the run has no class '{}'; it has {}",
                                           asked[i], fmt::join(known, ", ")));
    found[i] = at - known.begin();
  }
  if (found[0] == found[1] || found[1] == found[2] || found[0] == found[2])
    throw Error(Code::usage, fmt::format("clusters of {}: expected three different classes",
                                         fmt::join(asked, ",")));
  return found;
}

std::shared_ptr<const data::Source> images_of(const std::shared_ptr<const data::Source>& set,
                                              const ThreeClasses& classes) {
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < set->size(); ++i)
    if (std::ranges::find(classes, set->label(i)) != classes.end()) rows.push_back(i);
  return std::make_shared<data::Subset>(set, std::move(rows));
}

}  // namespace temper::evaluate

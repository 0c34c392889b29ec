#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "temper/imports/imported.h"
#include "tests/support/refusal.h"

/// What tests ask of an import.
namespace temper::imports::testing {

/// The options that were not carried over.
inline std::vector<std::string> dropped(const Imported& imported) {
  std::vector<std::string> options;
  for (const auto& remark : imported.remarks)
    if (remark.fate == Fate::dropped) options.push_back(remark.option);
  return options;
}

/// Whether a remark says that temper does something else, in these words among others.
inline bool differs_in(const Imported& imported, std::string_view words) {
  return std::ranges::any_of(imported.remarks, [&](const Remark& remark) {
    return remark.fate == Fate::differs && remark.text.find(words) != std::string::npos;
  });
}

using temper::testing::refusal;

}  // namespace temper::imports::testing

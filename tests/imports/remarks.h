#pragma once
#include <string>
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

using temper::testing::refusal;

}  // namespace temper::imports::testing

#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/imports/imported.h"

/// What tests ask of an import.
namespace temper::imports::testing {

/// The options that were not carried over.
inline std::vector<std::string> dropped(const Imported& imported) {
  std::vector<std::string> options;
  for (const auto& remark : imported.remarks)
    if (remark.fate == Fate::dropped) options.push_back(remark.option);
  return options;
}

/// The message of a call that must be refused; "" where it is not.
template <class Call>
std::string refusal(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    return error.what();
  }
  return "";
}

}  // namespace temper::imports::testing

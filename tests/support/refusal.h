#pragma once
#include <gtest/gtest.h>

#include <string>

#include "temper/core/error.h"

namespace temper::testing {

/// What a call is refused with: the message of its Error, which must have this code;
/// "(not refused)" where it throws none.
template <class Call>
std::string refusal(Code code, const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  return "(not refused)";
}

template <class Call>
std::string refusal(const Call& call) {
  return refusal(Code::usage, call);
}

}  // namespace temper::testing

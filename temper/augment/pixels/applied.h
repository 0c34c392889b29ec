#pragma once
#include <string>

namespace temper::augment {

/// What an operation did to an image, in physical units: {"rotate", -27, "degrees"}. One without a
/// unit has no value: {"flip", 0, ""}.
struct Applied {
  std::string name;
  double value = 0;
  std::string unit;
  bool operator==(const Applied&) const = default;
};

}  // namespace temper::augment

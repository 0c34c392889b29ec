#pragma once
#include <string>
#include <vector>

#include "temper/core/set_name.h"

namespace temper::data {

/// The names that are used for the three sets.
struct PartNames {
  std::string train;       ///< empty: none
  std::string validation;  ///< empty: none
  std::string test;        ///< empty: none

  [[nodiscard]] std::string& of(Part part);
};

/// Assigns names to the sets that they stand for, a plain name before one that is like it, and
/// ignores other names. Two plain names for one set, or two that are like one, are
/// Error{Code::data}.
/// @param where  the place of the names, for the message
PartNames part_names(const std::vector<std::string>& names, const std::string& where);

}  // namespace temper::data

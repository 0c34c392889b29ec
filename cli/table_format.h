#pragma once
#include <algorithm>
#include <string>

#include "command.h"
#include "temper/report/table_format.h"

namespace temper::cli {

/// --format of a command that prints tables.
inline void add_table_format(const Command& command, std::string& into) {
  constexpr const auto& names = EnumNames<report::TableFormat>::value;
  command.option("--format", into, "of the tables on standard output")
      .called("FORMAT")
      .one_of({names.begin(), names.end()})
      .with_default();
}

inline report::TableFormat table_format(const std::string& name) {
  constexpr const auto& names = EnumNames<report::TableFormat>::value;
  return static_cast<report::TableFormat>(std::ranges::find(names, name) - names.begin());
}

}  // namespace temper::cli

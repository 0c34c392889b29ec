#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "temper/core/fields.h"

namespace temper::report {

/// In which form a command prints its tables.
enum class TableFormat : std::uint8_t { text, csv, json, markdown };

}  // namespace temper::report

template <>
struct temper::EnumNames<temper::report::TableFormat> {
  static constexpr std::array<std::string_view, 4> value{"text", "csv", "json", "markdown"};
};

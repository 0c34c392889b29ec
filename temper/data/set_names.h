#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace temper::data {

/// The part that a set plays.
enum class Part : std::uint8_t { train, validation, test };

/// The part that a name stands for, in any case of letters: train, training; val, valid,
/// validation, dev; test, testing.
std::optional<Part> part_of(std::string_view name);

/// The names, of several, that stand for a part.
struct PartNames {
  std::string train;       ///< empty: none
  std::string validation;  ///< empty: none
  std::string test;        ///< empty: none

  /// @param part  of the three
  [[nodiscard]] std::string& of(Part part);
};

/// Sorts names by their parts; other names are left alone. Two names for one part are
/// Error{Code::data}.
/// @param where  what the message calls the place of the names
PartNames part_names(const std::vector<std::string>& names, const std::string& where);

}  // namespace temper::data

#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace temper::data {

/// The role of a set.
enum class Part : std::uint8_t { train, validation, test };

/// The set that a name stands for, case-insensitively: train, training; val, valid, validation,
/// dev; test, testing; or a name that is like one of them: another word (eval, holdout, trainval),
/// or one of these words with "set", "data", "images" and the like, or a number (test_set,
/// training_images, val2017).
std::optional<Part> part_of(std::string_view name);

/// Whether a name is one of the words of the first kind alone.
bool is_plain(std::string_view name);

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

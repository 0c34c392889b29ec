#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace temper {

/// The role of a set.
enum class Part : std::uint8_t { train, validation, test };

/// The set that a name stands for, case-insensitively: train, training; val, valid, validation,
/// dev; test, testing; or a name that is like one of them: another word (eval, holdout, trainval),
/// or one of these words with "set", "data", "images" and the like, or a number (test_set,
/// training_images, val2017).
std::optional<Part> part_of(std::string_view name);

/// Whether a name is one of the words of the first kind alone.
bool is_plain(std::string_view name);

}  // namespace temper

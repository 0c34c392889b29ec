#pragma once
#include <span>
#include <string>
#include <variant>

#include "temper/augment/center_crop.h"
#include "temper/augment/custom.h"
#include "temper/augment/flip.h"
#include "temper/augment/pad_crop.h"
#include "temper/augment/random_apply.h"
#include "temper/augment/random_resized_crop.h"
#include "temper/augment/resize.h"

namespace temper::augment {

/// An operation maps an image to an image. Each has a function `apply(options, frame, random)`. One
/// whose options may contradict each other has a member `check()`. One that brings images of any
/// size to the network's input has `static constexpr bool fits_input = true`: training does not
/// resize and crop images before it as evaluation does. One that holds others has a member
/// `operations`, and its function is `apply(options, frame, random, nested)`, in which
/// `nested(operations)` applies them.
struct Operation
    : std::variant<PadCrop, Flip, RandomResizedCrop, Resize, CenterCrop, Custom, RandomApply> {
  using variant::variant;
};

/// Lists within lists, at most; the outermost one counts.
inline constexpr int kMaxNesting = 8;

/// Throws Error{Code::usage} for a nested list that is empty or too deep.
/// @param path  of the list, for messages
void check_nesting(std::span<const Operation> operations, const std::string& path);

/// Throws Error{Code::usage} for options that contradict each other.
void check_options(std::span<const Operation> operations);

}  // namespace temper::augment

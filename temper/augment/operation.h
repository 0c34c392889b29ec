#pragma once
#include <variant>

#include "temper/augment/center_crop.h"
#include "temper/augment/custom.h"
#include "temper/augment/flip.h"
#include "temper/augment/pad_crop.h"
#include "temper/augment/random_resized_crop.h"
#include "temper/augment/resize.h"

namespace temper::augment {

/// An operation maps an image to an image. Each has a function `apply(options, frame, random)`. One
/// whose options may contradict each other has a member `check()`. One that brings images of any
/// size to the network's input has `static constexpr bool fits_input = true`: training does not
/// resize and crop images before it as evaluation does.
using Operation = std::variant<PadCrop, Flip, RandomResizedCrop, Resize, CenterCrop, Custom>;

}  // namespace temper::augment

#pragma once
#include <variant>

#include "temper/augment/center_crop.h"
#include "temper/augment/custom.h"
#include "temper/augment/flip.h"
#include "temper/augment/pad_crop.h"
#include "temper/augment/random_resized_crop.h"
#include "temper/augment/resize.h"

namespace temper::augment {

/// One image in, one image out. Each has `apply(options, frame, random)` beside it.
using Operation = std::variant<PadCrop, Flip, RandomResizedCrop, Resize, CenterCrop, Custom>;

}  // namespace temper::augment

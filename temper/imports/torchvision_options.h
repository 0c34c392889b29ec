#pragma once
#include "temper/imports/arguments.h"

namespace temper::imports {

/// references/classification/train.py of torchvision 0.26: its options and their defaults.
/// https://github.com/pytorch/vision
const Script& torchvision_script();

}  // namespace temper::imports

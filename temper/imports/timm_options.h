#pragma once
#include "temper/imports/arguments.h"

namespace temper::imports {

/// train.py of timm 1.0: its options and their defaults, and those that files of earlier versions
/// have. https://github.com/huggingface/pytorch-image-models
const Script& timm_script();

}  // namespace temper::imports

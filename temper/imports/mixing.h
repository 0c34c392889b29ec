#pragma once
#include "temper/imports/arguments.h"
#include "temper/imports/draft.h"

namespace temper::imports {

/// mixup and CutMix as timm's Mixup applies them.
void set_timm_mixing(const Arguments& arguments, Draft& draft);

/// mixup and CutMix as the reference's random choice of torchvision's MixUp and CutMix.
void set_torchvision_mixing(const Arguments& arguments, Draft& draft);

}  // namespace temper::imports

#pragma once
#include "temper/imports/arguments.h"
#include "temper/imports/draft.h"
#include "temper/imports/shared.h"

namespace temper::imports {

/// mixup and CutMix as timm's Mixup applies them.
void set_timm_mixing(const Arguments& arguments, const Batches& batches, Draft& draft);

/// mixup and CutMix as the reference's random choice of torchvision's MixUp and CutMix.
void set_torchvision_mixing(const Arguments& arguments, const Batches& batches, Draft& draft);

}  // namespace temper::imports

#pragma once
#include "temper/imports/arguments.h"
#include "temper/imports/draft.h"
#include "temper/imports/timm_data.h"

namespace temper::imports {

/// Sets the augmentation that timm's create_transform() makes for training, in its order
/// (timm/data/transforms_factory.py): crop, flips, a policy, color jitter, gray, blur, random
/// erasing; and the views of --aug-splits.
void set_timm_augment(const Arguments& arguments, const TimmData& data, Draft& draft);

}  // namespace temper::imports

#pragma once
#include "temper/train/plan.h"

namespace temper::train {

/// Throws Error{Code::data} where one of Plan::group can't read the same images of the evaluated
/// sets as rank 0: with data.on_bad_image = "skip" their sets would differ, of which each evaluates
/// a part. All ranks call it. Does nothing for a process on its own.
void compare_bad_images(const Plan& plan);

}  // namespace temper::train

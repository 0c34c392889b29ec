#pragma once
#include <cstdint>

#include "temper/imports/arguments.h"
#include "temper/imports/draft.h"

namespace temper::imports {

/// Sets the learning rate, its schedule and the length of the run as timm's train.py computes them
/// (timm/scheduler/scheduler_factory.py). Throws Error{Code::usage} for a schedule that temper does
/// not have.
/// @param batch  images of all processes and micro-batches together
void set_timm_schedule(const Arguments& arguments, std::int64_t batch, Draft& draft);

}  // namespace temper::imports

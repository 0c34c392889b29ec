#pragma once
#include "temper/imports/arguments.h"
#include "temper/imports/draft.h"

namespace temper::imports {

/// Sets the optimizer but for its learning rate, which parameters decay, gradient clipping and
/// Lookahead, as timm's train.py chooses them (timm/optim/_optim_factory.py). Throws
/// Error{Code::usage} for an optimizer that temper does not have.
void set_timm_optimizer(const Arguments& arguments, Draft& draft);

}  // namespace temper::imports

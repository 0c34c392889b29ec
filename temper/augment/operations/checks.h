#pragma once
#include <string_view>

#include "temper/augment/pixels/interpolation.h"

/// Checks of options that several operations have. Each throws Error{Code::usage}.
namespace temper::augment {

/// Refuses a lower bound above its upper bound.
/// @param kind  of the operation, whose options are name_low and name_high
void check_range(std::string_view kind, std::string_view name, double low, double high);

/// Refuses interpolations that geometric transforms do not have: box and lanczos.
void check_can_warp(std::string_view kind, Interpolation interpolation);

}  // namespace temper::augment

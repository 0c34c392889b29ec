#include "temper/augment/operations/checks.h"

#include <fmt/format.h>

#include "temper/augment/pixels/warp.h"
#include "temper/core/error.h"

namespace temper::augment {

void check_range(std::string_view kind, std::string_view name, double low, double high) {
  if (low > high)
    throw Error(Code::usage, fmt::format("{0}: {1}_low = {2} is larger than {1}_high = {3}", kind,
                                         name, low, high));
}

void check_can_warp(std::string_view kind, Interpolation interpolation) {
  if (!can_warp(interpolation))
    throw Error(
        Code::usage,
        fmt::format("{}: interpolation = \"{}\", which only resizes have; expected nearest, "
                    "bilinear or bicubic",
                    kind, name_of(interpolation)));
}

}  // namespace temper::augment

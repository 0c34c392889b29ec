#include "temper/augment/policies/geometry_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "temper/core/error.h"

namespace temper::augment {

Interpolation draw_interpolation(PolicyInterpolation asked, PolicyInterpolation published,
                                 Random& random) {
  switch (asked == PolicyInterpolation::automatic ? published : asked) {
    case PolicyInterpolation::bilinear:
      return Interpolation::bilinear;
    case PolicyInterpolation::bicubic:
      return Interpolation::bicubic;
    case PolicyInterpolation::random:
      return random.below(2) == 0 ? Interpolation::bilinear : Interpolation::bicubic;
    default:
      return Interpolation::nearest;
  }
}

Fill fill_of(std::span<const std::int64_t> asked, Fill published) {
  if (asked.empty()) return published;
  Fill fill;
  for (std::size_t c = 0; c < fill.channels.size(); ++c)
    fill.channels.at(c) = static_cast<std::uint8_t>(asked[std::min(c, asked.size() - 1)]);
  return fill;
}

void check_fill(std::string_view kind, std::span<const std::int64_t> asked) {
  if (asked.size() > 1 && asked.size() != 3)
    throw Error(Code::usage, fmt::format("{} has a fill of {} values; expected one for all "
                                         "channels, three (red, green and blue), or an empty list "
                                         "for the dialect's",
                                         kind, asked.size()));
}

}  // namespace temper::augment

#pragma once
#include <cstdint>
#include <functional>

namespace temper::statistics {

/// The largest number of pairs that is planned.
inline constexpr std::int64_t kMostPairs = 1'000'000;

/// The smallest n >= least that is enough, or kMostPairs if none below is.
/// @param enough  once true, true for every larger n
std::int64_t fewest(std::int64_t least, const std::function<bool(std::int64_t)>& enough);

/// The x > 0 at which an increasing function reaches a value that it reaches somewhere.
/// @param function  below the value near 0
double reaches(double value, const std::function<double(double)>& function);

}  // namespace temper::statistics

#include "temper/study/engine/progress.h"

#include <algorithm>

namespace temper::study {

double time_left(double mean, std::span<const double> running, std::int64_t left,
                 std::int64_t workers) {
  double work = mean * static_cast<double>(left);
  double longest = 0;
  for (const double seconds : running) {
    const double rest = std::max(0.0, mean - seconds);
    work += rest;
    longest = std::max(longest, rest);
  }
  return std::max(longest, work / static_cast<double>(workers));
}

}  // namespace temper::study

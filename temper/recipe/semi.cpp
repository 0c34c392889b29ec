#include "temper/recipe/semi.h"

#include <variant>

namespace temper::recipe {

SemiStatistics statistics_of(const Semi& semi) {
  if (semi.batch_norm != SemiStatistics::automatic) return semi.batch_norm;
  if (std::holds_alternative<semi::MixMatch>(semi.method)) return SemiStatistics::interleaved;
  if (std::holds_alternative<semi::PseudoLabel>(semi.method)) return SemiStatistics::labelled;
  if (std::holds_alternative<semi::Interpolation>(semi.method)) return SemiStatistics::separate;
  return SemiStatistics::all;
}

}  // namespace temper::recipe

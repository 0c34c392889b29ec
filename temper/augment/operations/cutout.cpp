#include "temper/augment/operations/cutout.h"

#include <cmath>

#include "temper/augment/pixels/erase.h"

namespace temper::augment {

void apply(const Cutout& options, Frame& frame, Random& random) {
  const Size input = frame.input();
  if (!random.chance(options.p) || input == Size{}) return;
  const auto half = static_cast<std::int64_t>(std::floor(options.length / 2));
  for (std::int64_t k = 0; k < options.n_holes; ++k) {
    const auto y =
        static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(input.height)));
    const auto x = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(input.width)));
    frame.erase({.box = {y - half, x - half, 2 * half, 2 * half}});
    frame.note("cutout", static_cast<double>(2 * half), "pixels");
  }
}

}  // namespace temper::augment

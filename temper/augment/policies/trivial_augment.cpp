#include "temper/augment/policies/trivial_augment.h"

#include "temper/augment/policies/magnitudes.h"

namespace temper::augment {
std::span<const Primitive> primitives(const TrivialAugmentWide& /*options*/) {
  return kTorchvisionOperations;
}

void apply(const TrivialAugmentWide& options, Frame& frame, Random& random) {
  constexpr Scale scale = Scale::trivial_augment_wide;
  const std::int64_t bins = options.num_magnitude_bins;
  Step step{.primitive = kTorchvisionOperations.at(random.below(kTorchvisionOperations.size()))};
  const auto magnitude = static_cast<double>(random.below(static_cast<std::uint64_t>(bins)));
  const bool negated = is_signed(scale, step.primitive) && random.chance(0.5);
  step.value = *physical(scale, step.primitive, magnitude, frame.size(), negated, bins);
  const auto interpolation =
      is_geometric(step.primitive)
          ? draw_interpolation(options.interpolation, PolicyInterpolation::nearest, random)
          : Interpolation::nearest;
  apply(frame, step, interpolation, fill_of(options.fill, {}), quirks_of(scale));
}

}  // namespace temper::augment

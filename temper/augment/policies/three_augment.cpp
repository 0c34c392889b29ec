#include "temper/augment/policies/three_augment.h"

#include <fmt/format.h>

#include <cmath>

#include "temper/augment/operations/color_jitter.h"
#include "temper/augment/policies/primitive.h"
#include "temper/core/error.h"

namespace temper::augment {
namespace {

void apply(Frame& frame, const Step& step) {
  apply(frame, step, Interpolation::nearest, {});
}

}  // namespace

void ThreeAugment::check() const {
  if (radius_low > radius_high)
    throw Error(Code::usage,
                fmt::format("three_augment: radius_low = {} is larger than radius_high = {}",
                            radius_low, radius_high));
}

void apply(const ThreeAugment& options, Frame& frame, Random& random) {
  switch (random.below(3)) {
    case 0:
      apply(frame, {.primitive = Primitive::grayscale});
      break;
    case 1:
      apply(frame, {.primitive = Primitive::solarize, .value = std::ceil(options.threshold)});
      break;
    default:
      apply(frame, {.primitive = Primitive::gaussian_blur,
                    .value = random.uniform(options.radius_low, options.radius_high)});
  }
  const double strength = options.color_jitter;
  if (strength > 0)
    apply(ColorJitter{.brightness = strength, .contrast = strength, .saturation = strength}, frame,
          random);
}

}  // namespace temper::augment

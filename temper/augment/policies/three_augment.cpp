#include "temper/augment/policies/three_augment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "temper/augment/policies/primitive.h"
#include "temper/core/error.h"

namespace temper::augment {
namespace {

void apply(Frame& frame, const Step& step) {
  apply(frame, step, Interpolation::nearest, {});
}

/// torchvision's ColorJitter, without hue.
void jitter(double strength, Frame& frame, Random& random) {
  std::array<Step, 3> steps{{{.primitive = Primitive::brightness},
                             {.primitive = Primitive::contrast},
                             {.primitive = Primitive::saturation}}};
  for (auto& step : steps) step.value = random.uniform(1 - strength, 1 + strength);
  for (std::size_t i = steps.size(); i > 1; --i)
    std::swap(steps.at(i - 1), steps.at(random.below(i)));
  for (const auto& step : steps) apply(frame, step);
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
      apply(frame,
            {.primitive = Primitive::solarize, .value = static_cast<double>(options.threshold)});
      break;
    default:
      apply(frame, {.primitive = Primitive::gaussian_blur,
                    .value = random.uniform(options.radius_low, options.radius_high)});
  }
  if (options.color_jitter > 0) jitter(options.color_jitter, frame, random);
}

}  // namespace temper::augment

#include "temper/augment/policies/fast_auto_augment.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "temper/augment/policies/fast_auto_augment_lists.h"
#include "temper/augment/policies/magnitudes.h"

namespace temper::augment {
namespace {

constexpr auto kScale = Scale::fast_auto_augment;

}  // namespace

std::span<const SubPolicy> sub_policies(FastAutoAugmentPolicy policy) {
  switch (policy) {
    case FastAutoAugmentPolicy::cifar10:
      return fast_cifar10();
    case FastAutoAugmentPolicy::imagenet:
      return fast_imagenet();
    case FastAutoAugmentPolicy::svhn:
      break;
  }
  return fast_svhn();
}

Box fast_cutout(Size image, double side, double x, double y) {
  if (side <= 0) return {};
  // Both ends are filled, and the far end is counted from the rounded near one.
  const auto range = [side](double center, std::int64_t length) {
    const auto first = static_cast<std::int64_t>(std::max(0.0, center - side / 2));
    const auto last = static_cast<std::int64_t>(
        std::min(static_cast<double>(length), static_cast<double>(first) + side));
    return std::pair(first, std::max<std::int64_t>(0, std::min(last + 1, length) - first));
  };
  const auto [top, height] = range(y, image.height);
  const auto [left, width] = range(x, image.width);
  return {top, left, height, width};
}

void apply(const FastAutoAugment& options, Frame& frame, Random& random) {
  const auto list = sub_policies(options.policy);
  for (const auto& [primitive, p, magnitude] : list[random.below(list.size())]) {
    if (!random.chance(p)) continue;
    const Size size = frame.size();
    const bool negated = is_signed(kScale, primitive) && random.chance(0.5);
    Step step{.primitive = primitive,
              .value = physical(kScale, primitive, magnitude, size, negated).value()};
    const bool is_cutout = primitive == Primitive::cutout;
    if (is_cutout) {
      // numpy.random.uniform(width) draws between the width and its other default end, 1.
      const double x = random.uniform(static_cast<double>(size.width), 1);
      const double y = random.uniform(static_cast<double>(size.height), 1);
      step.erased = fast_cutout(size, step.value, x, y);
    }
    apply(frame, step, Interpolation::nearest, is_cutout ? kCifar10Mean : Fill{},
          quirks_of(kScale));
  }
}

}  // namespace temper::augment

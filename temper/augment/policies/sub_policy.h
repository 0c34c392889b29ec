#pragma once
#include <array>

#include "temper/augment/pixels/fill.h"
#include "temper/augment/policies/primitive.h"

namespace temper::augment {

/// The mean of CIFAR-10's pixels. The authors of AutoAugment and of Fast AutoAugment fill with it.
inline constexpr Fill kCifar10Mean{{125, 123, 114}};

/// An operation as published lists of learned policies have it.
struct ListedOperation {
  Primitive primitive = Primitive::identity;
  double p = 1;          ///< the probability that it is applied
  double magnitude = 0;  ///< 0 where the operation has none
};

/// Operations that are applied one after the other. For each image one of a list is drawn.
using SubPolicy = std::array<ListedOperation, 2>;

}  // namespace temper::augment

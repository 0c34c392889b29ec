#pragma once
#include <cstdint>

#include "temper/core/random.h"

namespace temper::augment {

/// Standard normal numbers in bulk, from a seed alone, in a few nanoseconds each: the ziggurat
/// method (Marsaglia and Tsang 2000, "The ziggurat method for generating random variables") with
/// 256 layers, in which, as Doornik 2005 proposes, the layer and the number have bits of their own.
class NormalNoise {
 public:
  explicit NormalNoise(std::uint64_t seed);
  float operator()();

 private:
  struct Layers;
  static const Layers& layers();
  /// Beyond the edge of the lowest layer.
  float tail();

  Random random_;
  const Layers& layers_;
};

}  // namespace temper::augment

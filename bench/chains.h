#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "temper/augment/pipeline/operation.h"
#include "temper/augment/pixels/box.h"

/// What bench/data.py measures after crop and flip.
namespace temper::bench {

/// A policy in the dialect of a peer.
struct Policy {
  augment::Operation operation;
  std::string_view kind;     ///< as `temper explain` knows it, and the dialect
  std::string_view dialect;  ///< of its table of magnitudes
  std::vector<double> magnitudes;
  std::string draws;  ///< the number of operations of an image, in words
  double chance = 1;  ///< that a drawn operation is applied
  std::string_view interpolation;
  std::vector<int> fill;  ///< of pixels from outside the image, one for each channel
};

/// rand_augment_timm, rand_augment, augmix and trivial_augment_wide, the last three as in
/// torchvision. Throws Error{Code::usage} for another name.
Policy policy_of(std::string_view name);

/// What equal work means: number of operations and their probability, interpolation, fill, and the
/// physical values of every operation, both signs, at all magnitudes that are drawn.
nlohmann::ordered_json description(const Policy& policy, augment::Size size);

}  // namespace temper::bench

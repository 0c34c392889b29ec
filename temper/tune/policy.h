#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "temper/augment/pipeline/operation.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"
#include "temper/recipe/recipe.h"

/// Augmentation policies as AutoAugment has them (Cubuk et al. 2019, arXiv:1805.09501), made of
/// temper's own operations, so that a recipe can hold them.
namespace temper::tune {

/// What sub-policies are made of: the operations of AutoAugment and Fast AutoAugment without
/// Cutout and Sample Pairing.
enum class PolicyOperation : std::uint8_t {
  shear_x,
  shear_y,
  translate_x,
  translate_y,
  rotate,
  auto_contrast,
  invert,
  equalize,
  solarize,
  posterize,
  contrast,
  saturation,
  brightness,
  sharpness
};
inline constexpr std::size_t kPolicyOperations = 14;

struct ChosenOperation {
  PolicyOperation operation = PolicyOperation::rotate;
  double p = 1;          ///< probability that it is applied
  double magnitude = 0;  ///< from 0 to 1

  bool operator==(const ChosenOperation&) const = default;
};

/// Two operations, one after the other.
using ChosenSubPolicy = std::array<ChosenOperation, 2>;
/// For each image one of them is drawn.
using ChosenPolicy = std::vector<ChosenSubPolicy>;

/// The number of sub-policies of a policy, in both papers.
inline constexpr std::size_t kSubPolicies = 5;

/// From which probabilities and magnitudes are drawn, each equally likely.
enum class Levels : std::uint8_t {
  discrete,   ///< AutoAugment: 11 probabilities and 10 magnitudes, evenly spaced from 0 to 1
  continuous  ///< Fast AutoAugment: all numbers from 0 to 1, here with three decimals
};

/// A policy of kSubPolicies sub-policies: operations, probabilities and magnitudes are independent.
ChosenPolicy draw_policy(Random random, Levels levels);

/// With m the magnitude: shears by up to atan(0.3 m) and rotations by up to 30 m degrees, and
/// translations by up to 0.45 m of the side, each uniform in both directions; solarize at 256 m;
/// posterize to 4 + 4 m bits; contrast, saturation, brightness and sharpness by the factor 0.1 +
/// 1.8 m: Fast AutoAugment's ranges. Its geometric operations have the one strength, with a random
/// sign; temper's draw the strength, too.
augment::Operation operation_of(const ChosenOperation& chosen);

/// `one_of` over the sub-policies, each a `random_apply` with probability 1.
augment::Operation operation_of(const ChosenPolicy& policy);

/// The recipe with another augmentation policy, behind its other operations. Policies that it has
/// (rand_augment, auto_augment, trivial_augment, ..., and those of operation_of()) are left out.
/// Throws Error{Code::usage} for a policy within another operation, and where
/// an option of one of its operations has a schedule and a policy is left out, because the path of
/// the schedule would be that of another operation.
recipe::Recipe with_policy(const recipe::Recipe& recipe, const augment::Operation& policy);

/// The recipe with these num_ops and this magnitude of RandAugment: of the operation that it has,
/// which keeps its other options, or as with_policy(). Throws as recipe::parse() does.
recipe::Recipe with_rand_augment(const recipe::Recipe& recipe, std::int64_t num_ops,
                                 double magnitude);

}  // namespace temper::tune

template <>
struct temper::EnumNames<temper::tune::PolicyOperation> {
  static constexpr std::array<std::string_view, temper::tune::kPolicyOperations> value{
      "shear_x",       "shear_y",    "translate_x", "translate_y", "rotate",
      "auto_contrast", "invert",     "equalize",    "solarize",    "posterize",
      "contrast",      "saturation", "brightness",  "sharpness"};
};

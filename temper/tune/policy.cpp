#include "temper/tune/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>
#include <variant>

#include "temper/augment/pipeline/policy.h"
#include "temper/core/error.h"
#include "temper/recipe/text.h"

namespace temper::tune {
namespace {

using augment::Operation;

constexpr double kShear = 0.3;
constexpr double kTranslation = 0.45;
constexpr double kDegrees = 30;
constexpr double kSamples = 256;

/// Three decimals, so that recipes are short.
double rounded(double value) {
  return std::round(1000 * value) / 1000;
}

template <class Factor>
Operation by_factor(const ChosenOperation& chosen) {
  const double factor = rounded(0.1 + 1.8 * chosen.magnitude);
  Factor made;
  made.factor_low = factor;
  made.factor_high = factor;
  made.p = chosen.p;
  return made;
}

template <class Plain>
Operation plain(const ChosenOperation& chosen) {
  Plain made;
  made.p = chosen.p;
  return made;
}

Operation sheared(const ChosenOperation& chosen) {
  const double degrees = rounded(std::atan(kShear * chosen.magnitude) * 180 / std::numbers::pi);
  const bool is_x = chosen.operation == PolicyOperation::shear_x;
  augment::Shear made;
  made.x_low = is_x ? -degrees : 0;
  made.x_high = is_x ? degrees : 0;
  made.y_low = is_x ? 0 : -degrees;
  made.y_high = is_x ? 0 : degrees;
  made.p = chosen.p;
  return made;
}

Operation translated(const ChosenOperation& chosen) {
  const bool is_x = chosen.operation == PolicyOperation::translate_x;
  const double share = rounded(kTranslation * chosen.magnitude);
  augment::Translate made;
  made.x = is_x ? share : 0;
  made.y = is_x ? 0 : share;
  made.p = chosen.p;
  return made;
}

Operation rotated(const ChosenOperation& chosen) {
  augment::Rotate made;
  made.degrees_high = rounded(kDegrees * chosen.magnitude);
  made.degrees_low = -made.degrees_high;
  made.p = chosen.p;
  return made;
}

Operation solarized(const ChosenOperation& chosen) {
  augment::Solarize made;
  made.threshold_low = rounded(kSamples * chosen.magnitude);
  made.threshold_high = made.threshold_low;
  made.p = chosen.p;
  return made;
}

Operation posterized(const ChosenOperation& chosen) {
  augment::Posterize made;
  made.bits_low = std::trunc(4 + 4 * chosen.magnitude);
  made.bits_high = made.bits_low;
  made.p = chosen.p;
  return made;
}

/// Whether an operation holds a policy, at any depth.
bool holds_policy(const Operation& operation) {
  return std::visit(
      []<class Options>(const Options& options) {
        if constexpr (requires { options.operations; })
          return std::ranges::any_of(options.operations, [](const Operation& inner) {
            return augment::is_policy(inner) || holds_policy(inner);
          });
        else
          return false;
      },
      operation);
}

/// A policy among other operations of a list can't be replaced: what would become of the others?
void refuse_nested(const recipe::Recipe& recipe) {
  const auto& operations = recipe.data.augment;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (augment::is_policy(operations[i]) || !holds_policy(operations[i])) continue;
    const auto path = fmt::format("data.augment.{}", i);
    throw Error(Code::usage, recipe::place(recipe.places, path),
                fmt::format("{} has an augmentation policy within it, after which the one that is "
                            "searched for would be applied: take that policy out of the recipe "
                            "first",
                            path));
  }
}

/// Read again, so that its options are checked.
recipe::Recipe checked(const recipe::Recipe& recipe) {
  return recipe::parse(recipe::to_toml(recipe), recipe.name);
}

}  // namespace

ChosenPolicy draw_policy(Random random, Levels levels) {
  constexpr std::uint64_t probabilities = 11;
  constexpr std::uint64_t magnitudes = 10;
  const auto level = [&](std::uint64_t count) {
    if (levels == Levels::continuous) return rounded(random.uniform());
    return static_cast<double>(random.below(count)) / static_cast<double>(count - 1);
  };
  ChosenPolicy policy(kSubPolicies);
  for (auto& sub_policy : policy)
    for (auto& [operation, p, magnitude] : sub_policy) {
      operation = static_cast<PolicyOperation>(random.below(kPolicyOperations));
      p = level(probabilities);
      magnitude = level(magnitudes);
    }
  return policy;
}

Operation operation_of(const ChosenOperation& chosen) {
  switch (chosen.operation) {
    case PolicyOperation::shear_x:
    case PolicyOperation::shear_y:
      return sheared(chosen);
    case PolicyOperation::translate_x:
    case PolicyOperation::translate_y:
      return translated(chosen);
    case PolicyOperation::rotate:
      return rotated(chosen);
    case PolicyOperation::auto_contrast:
      return plain<augment::AutoContrast>(chosen);
    case PolicyOperation::invert:
      return plain<augment::Invert>(chosen);
    case PolicyOperation::equalize:
      return plain<augment::Equalize>(chosen);
    case PolicyOperation::solarize:
      return solarized(chosen);
    case PolicyOperation::posterize:
      return posterized(chosen);
    case PolicyOperation::contrast:
      return by_factor<augment::Contrast>(chosen);
    case PolicyOperation::saturation:
      return by_factor<augment::Saturation>(chosen);
    case PolicyOperation::brightness:
      return by_factor<augment::Brightness>(chosen);
    case PolicyOperation::sharpness:
      break;
  }
  return by_factor<augment::Sharpness>(chosen);
}

Operation operation_of(const ChosenPolicy& policy) {
  augment::OneOf made;
  made.operations.clear();
  for (const auto& sub_policy : policy) {
    augment::RandomApply both;
    both.operations.clear();
    for (const auto& chosen : sub_policy) both.operations.push_back(operation_of(chosen));
    both.p = 1;
    made.operations.emplace_back(std::move(both));
  }
  return made;
}

recipe::Recipe with_policy(const recipe::Recipe& recipe, const Operation& policy) {
  refuse_nested(recipe);
  auto changed = recipe;
  auto& operations = changed.data.augment;
  if (std::erase_if(operations, augment::is_policy) > 0)
    for (const auto& [path, schedule] : recipe.schedules)
      if (path.starts_with("data.augment."))
        throw Error(Code::usage, recipe::place(recipe.places, path),
                    fmt::format("{} has a schedule, and the recipe's policy in data.augment is to "
                                "be replaced: take that policy out of the recipe first",
                                path));
  operations.push_back(policy);
  return checked(changed);
}

recipe::Recipe with_rand_augment(const recipe::Recipe& recipe, std::int64_t num_ops,
                                 double magnitude) {
  auto changed = recipe;
  for (std::size_t i = 0; i < changed.data.augment.size(); ++i) {
    auto* own = std::get_if<augment::RandAugment>(&changed.data.augment[i]);
    if (own == nullptr) continue;
    own->num_ops = num_ops;
    own->magnitude = magnitude;
    if (changed.schedules.contains(fmt::format("data.augment.{}.magnitude", i)))
      throw Error(Code::usage, recipe::place(recipe.places, "data.augment"),
                  "rand_augment's magnitude has a schedule, so there is no grid of magnitudes: "
                  "give it a number");
    return checked(changed);
  }
  augment::RandAugment made;
  made.num_ops = num_ops;
  made.magnitude = magnitude;
  return with_policy(recipe, made);
}

}  // namespace temper::tune

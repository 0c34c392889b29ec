#include "chains.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "temper/augment/policies/magnitude_table.h"
#include "temper/augment/policies/primitive.h"
#include "temper/core/error.h"

namespace temper::bench {
namespace {

std::vector<double> first_magnitudes(std::int64_t count) {
  std::vector<double> magnitudes;
  for (std::int64_t i = 0; i < count; ++i) magnitudes.push_back(static_cast<double>(i));
  return magnitudes;
}

/// timm's create_transform() fills with ImageNet's mean, and interpolates as it resizes.
Policy rand_augment_timm() {
  return {.operation = augment::RandAugment{.num_ops = 2,
                                            .magnitude = 9,
                                            .dialect = augment::RandAugmentDialect::timm,
                                            .interpolation = augment::PolicyInterpolation::bilinear,
                                            .fill = {124, 116, 104}},
          .kind = augment::RandAugment::kind,
          .dialect = "timm",
          .magnitudes = {9},
          .draws = "2",
          .chance = 0.5,
          .interpolation = "bilinear",
          .fill = {124, 116, 104}};
}

Policy rand_augment() {
  return {.operation = augment::RandAugment{.num_ops = 2,
                                            .magnitude = 9,
                                            .dialect = augment::RandAugmentDialect::torchvision},
          .kind = augment::RandAugment::kind,
          .dialect = "torchvision",
          .magnitudes = {9},
          .draws = "2",
          .interpolation = "nearest",
          .fill = {0, 0, 0}};
}

Policy augmix() {
  return {.operation =
              augment::AugMix{
                  .dialect = augment::AugMixDialect::torchvision, .severity = 3, .all_ops = true},
          .kind = augment::AugMix::kind,
          .dialect = "torchvision",
          .magnitudes = first_magnitudes(3),
          .draws = "3 chains of 1 to 3, mixed",
          .interpolation = "bilinear",
          .fill = {0, 0, 0}};
}

Policy trivial_augment_wide() {
  return {.operation = augment::TrivialAugmentWide{},
          .kind = augment::TrivialAugmentWide::kind,
          .dialect = "torchvision",
          .magnitudes = first_magnitudes(31),
          .draws = "1",
          .interpolation = "nearest",
          .fill = {0, 0, 0}};
}

}  // namespace

Policy policy_of(std::string_view name) {
  if (name == "rand_augment_timm") return rand_augment_timm();
  if (name == "rand_augment") return rand_augment();
  if (name == "augmix") return augmix();
  if (name == "trivial_augment_wide") return trivial_augment_wide();
  throw Error(Code::usage, "unknown policy '" + std::string(name) + "'");
}

nlohmann::ordered_json description(const Policy& policy, augment::Size size) {
  std::map<std::string_view, std::set<double>> values;
  for (const double magnitude : policy.magnitudes) {
    const auto table = augment::magnitude_table(policy.kind, policy.dialect, magnitude, size);
    for (const auto& row : table.rows) {
      auto& of_operation = values[name_of(row.primitive)];
      if (augment::unit_of(row.primitive).empty()) continue;
      of_operation.insert(row.value);
      if (row.negated) of_operation.insert(*row.negated);
    }
  }
  nlohmann::ordered_json operations;
  for (const auto& [name, each] : values)
    operations[std::string(name)] = std::vector<double>(each.begin(), each.end());
  return {{"draws", policy.draws},
          {"chance", policy.chance},
          {"interpolation", policy.interpolation},
          {"fill", policy.fill},
          {"operations", std::move(operations)}};
}

}  // namespace temper::bench

#include "temper/augment/pipeline/policy.h"

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <variant>

namespace temper::augment {
namespace {

bool is_published(const Operation& operation) {
  return std::visit(
      []<class Options>(const Options& /*options*/) {
        return std::is_same_v<Options, RandAugment> || std::is_same_v<Options, AutoAugment> ||
               std::is_same_v<Options, FastAutoAugment> ||
               std::is_same_v<Options, TrivialAugmentWide> || std::is_same_v<Options, AugMix> ||
               std::is_same_v<Options, ThreeAugment>;
      },
      operation);
}

bool is_found(const Operation& operation) {
  constexpr std::size_t pair = 2;
  const auto* one_of = std::get_if<OneOf>(&operation);
  return one_of != nullptr && std::ranges::all_of(one_of->operations, [](const Operation& inner) {
           const auto* both = std::get_if<RandomApply>(&inner);
           return both != nullptr && both->p == 1 && both->operations.size() == pair;
         });
}

}  // namespace

bool is_policy(const Operation& operation) {
  return is_published(operation) || is_found(operation);
}

}  // namespace temper::augment

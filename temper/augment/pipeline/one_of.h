#pragma once
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/augment/operations/flip.h"
#include "temper/augment/pixels/frame.h"
#include "temper/augment/policies/choice.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

struct Operation;
class Applier;

/// Applies one operation of a list. As only one of them is applied, operations in it that would
/// bring images to the network's input do not count as such. A template, because Operation is not
/// complete here.
template <class Nested>
struct BasicOneOf {
  std::vector<Nested> operations = {Flip{}};
  std::vector<double> weights = {};

  /// Throws Error{Code::usage} for weights that do not fit the operations.
  void check() const { check_weights(kind, weights, operations.size(), 1); }

  static constexpr std::string_view kind = "one_of";
  static constexpr About about = {
      .summary = "Applies one operation of a list, drawn anew for every image.",
      .formula = "P(operation k) = weights[k] / sum of weights"};
  static constexpr auto fields() {
    return std::tuple{
        field(&BasicOneOf::operations,
              {.name = "operations",
               .meaning = "operations of which one is drawn and applied; at least one"}),
        field(&BasicOneOf::weights,
              {.name = "weights",
               .meaning = "what the operations' probabilities are proportional to, one number for "
                          "each; an empty list: all are equally likely",
               .bounds = {.low = 0, .high = 1e6},
               .scheduled = true})};
  }
};
using OneOf = BasicOneOf<Operation>;

void apply(const OneOf& options, Frame& frame, Random& random, const Applier& nested);

}  // namespace temper::augment

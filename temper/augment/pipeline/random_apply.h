#pragma once
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/augment/operations/flip.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

struct Operation;
class Applier;

/// Applies a list of operations, or none of them. As it may apply none, operations in it that would
/// bring images to the network's input do not count as such. A template, because Operation is not
/// complete here.
template <class Nested>
struct BasicRandomApply {
  std::vector<Nested> operations = {Flip{}};
  double p = 0.5;

  static constexpr std::string_view kind = "random_apply";
  static constexpr About about = {
      .summary =
          "Applies all operations of a list, one after the other, with the given "
          "probability; otherwise none of them."};
  static constexpr auto fields() {
    return std::tuple{
        field(&BasicRandomApply::operations,
              {.name = "operations",
               .meaning = "operations that are applied together, in this order; at least one"}),
        field(&BasicRandomApply::p, {.name = "p",
                                     .meaning = "probability that the operations are applied",
                                     .bounds = {.low = 0, .high = 1},
                                     .scheduled = true})};
  }
};
using RandomApply = BasicRandomApply<Operation>;

void apply(const RandomApply& options, Frame& frame, Random& random, const Applier& nested);

}  // namespace temper::augment

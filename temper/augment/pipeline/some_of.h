#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
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

/// The order in which operations that were drawn are applied.
enum class DrawnOrder : std::uint8_t {
  drawn,   ///< as they were drawn: a random order
  listed,  ///< as they stand in the list
};

/// Throws Error{Code::usage} where fewer operations can be drawn than are asked for, and for
/// weights that do not fit the operations.
void check_some_of(std::int64_t n, bool replace, std::span<const double> weights,
                   std::size_t operations);

/// Applies several operations of a list. As others are left out, operations in it that would bring
/// images to the network's input do not count as such. A template, because Operation is not
/// complete here.
template <class Nested>
struct BasicSomeOf {
  std::vector<Nested> operations = {Flip{}};
  std::int64_t n = 1;
  bool replace = false;
  DrawnOrder order = DrawnOrder::drawn;
  std::vector<double> weights = {};

  static constexpr std::int64_t kMostDrawn = 64;

  void check() const { check_some_of(n, replace, weights, operations.size()); }

  static constexpr std::string_view kind = "some_of";
  static constexpr About about = {
      .summary =
          "Applies several operations of a list, drawn anew for every image, with or without "
          "replacement."};
  static constexpr auto fields() {
    using Self = BasicSomeOf;
    return std::tuple{
        field(&Self::operations,
              {.name = "operations",
               .meaning = "operations of which some are drawn and applied; at least one"}),
        field(&Self::n, {.name = "n",
                         .meaning = "number of operations that are drawn for an image",
                         .bounds = {.low = 0, .high = kMostDrawn}}),
        field(&Self::replace, {.name = "replace",
                               .meaning = "draw with replacement, so that an operation may be "
                                          "applied several times, each with draws of its own"}),
        field(&Self::order, {.name = "order",
                             .meaning = "drawn: the operations are applied in the order in which "
                                        "they were drawn, which is random; listed: in the order of "
                                        "the list"}),
        field(&Self::weights,
              {.name = "weights",
               .meaning = "what the operations' probabilities are proportional to in each draw, "
                          "one number for each; an empty list: all are equally likely",
               .bounds = {.low = 0, .high = 1e6},
               .scheduled = true})};
  }
};
using SomeOf = BasicSomeOf<Operation>;

void apply(const SomeOf& options, Frame& frame, Random& random, const Applier& nested);

}  // namespace temper::augment

template <>
struct temper::EnumNames<temper::augment::DrawnOrder> {
  static constexpr std::array<std::string_view, 2> value{"drawn", "listed"};
};

#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "temper/core/keys.h"
#include "temper/statistics/paired.h"

/// What each of n rows contributes, whatever the order in which they are added. `values` are the
/// results of all 2^n subsets of rows: bit i of the index says whether row i is in.
namespace temper::statistics {

inline constexpr std::size_t kMostShapleyRows = 6;

/// The contribution of each row: what adding it changes, averaged over all orders in which rows can
/// be added (Shapley 1953, "A value for n-person games"). Their sum is the result with all rows
/// less that with none. In the units of the values.
///
/// It is linear in the values, so the contributions of each seed can be tested against zeros with
/// paired_difference().
/// @param values  2^n results, n in [1, kMostShapleyRows], finite. Throws Error{Code::data}
/// otherwise.
std::vector<double> shapley(std::span<const double> values);

/// How much two rows together change more than each of them alone, averaged over the subsets of the
/// others: v(both) - v(first) - v(second) + v(none). For two rows it is the interaction of a 2 x 2
/// design.
struct Interaction {
  std::size_t first = 0;
  std::size_t second = 0;
  PairedDifference effect;  ///< over seeds, against 0
  double adjusted_p = 1;    ///< by Holm, among all pairs of rows
  bool flagged = false;     ///< adjusted_p is at most 1 - level

  static constexpr auto keys() {
    using I = Interaction;
    return std::tuple{key("effect", &I::effect), key("adjusted_p", &I::adjusted_p),
                      key("flagged", &I::flagged)};
  }
};

/// The interaction index of each pair of rows of one seed (Grabisch, Roubens 1999, "An axiomatic
/// approach to the concept of interaction among players in cooperative games"), pairs in the order
/// (0, 1), (0, 2), ..., (1, 2), ...: subsets of the other rows are weighted as their orders are.
/// @param values  as for shapley(), n in [2, kMostShapleyRows]
std::vector<double> interaction_indices(std::span<const double> values);

/// The interactions of all pairs over seeds, in the order of interaction_indices(). A flagged pair
/// says that the contributions of its rows depend on each other, so that no single order tells what
/// either is worth.
/// @param values_by_seed  the values of each seed, of at least 2
/// @param level           confidence, such as 0.95
/// @param pilot           as in paired_difference(): seeds that the number of seeds hangs on
std::vector<Interaction> interactions(std::span<const std::vector<double>> values_by_seed,
                                      double level = 0.95, std::int64_t pilot = 0);

}  // namespace temper::statistics

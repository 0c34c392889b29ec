#pragma once
#include <cstdint>
#include <vector>

#include "temper/core/random.h"
#include "temper/mix/mixing.h"

namespace temper::mix {

/// The partner of every row where two images are mixed. In the mode `pair` rows are each other's
/// partners, and of an odd number of rows one is its own.
/// For `similar` the partner of row i, an image that is not in the batch, is row `rows` + i.
/// @param random  for `permuted`
/// @return rows numbers in [0, rows), for `similar` in [rows, 2 * rows)
std::vector<std::int64_t> partners_of_two(Partner rule, Mode mode, std::int64_t rows,
                                          Random& random);

/// Some of the other rows, all different: those before the row for `rolled`, else in random order.
/// @param count  at most rows - 1
std::vector<std::int64_t> partners_of_many(Partner rule, std::int64_t row, std::int64_t rows,
                                           std::int64_t count, Random& random);

}  // namespace temper::mix

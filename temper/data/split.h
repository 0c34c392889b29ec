#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "temper/data/source.h"

namespace temper::data {

/// Rows of a source, ascending; together all of them, none twice.
struct Split {
  std::vector<std::int64_t> train;
  std::vector<std::int64_t> validation;
};

/// Puts round(fraction * n) of the n labelled images into validation, the same share of every class
/// to within one image (largest remainders first). A class keeps at least one training image, and
/// images without a label stay in training. Which images, depends on the seed and on their class's
/// own number and order only.
/// @param fraction  in [0, 1)
Split stratified_split(const Source& source, double fraction, std::uint64_t seed);

/// `count` rows out of n (all when fewer), ascending: the first ones after a seeded shuffle, so
/// that a smaller choice is part of a larger one.
std::vector<std::int64_t> random_rows(std::int64_t n, std::int64_t count, std::uint64_t seed);

/// The sets that a run works with: validation carved from training where the data brings none, and
/// training cut to `limit` images afterwards.
/// @param validation  share of the training set, in [0, 1); without effect where the data has its
/// own
/// @param limit       0: all
Dataset prepare(Dataset dataset, double validation, std::int64_t limit, std::uint64_t seed);

}  // namespace temper::data

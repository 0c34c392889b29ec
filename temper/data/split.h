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
/// images without a label stay in training. Images with values are drawn as those of one class are.
/// Which images, depends on the seed and on their class's
/// own number and order only.
/// @param fraction  in [0, 1)
Split stratified_split(const Source& source, double fraction, std::uint64_t seed);

/// One of `folds` parts goes into validation, the rest stays in training. Together the parts hold
/// every labelled image once; their sizes, and those of each class in them, differ by one image at
/// most. Images without a label, and the only image of a class, stay in training in every fold.
/// @param folds  2 to as many as there are labelled images
/// @param fold   in [0, folds)
/// @throws Error{Code::usage} for numbers outside these, Error{Code::data} where the part would be
/// empty
Split fold_split(const Source& source, std::int64_t folds, std::int64_t fold, std::uint64_t seed);

/// `count` rows out of n (all when fewer), ascending: the first ones after a seeded shuffle, so
/// that a smaller choice is part of a larger one.
std::vector<std::int64_t> random_rows(std::int64_t n, std::int64_t count, std::uint64_t seed);

}  // namespace temper::data

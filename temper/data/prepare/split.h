#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "temper/data/sources/source.h"

namespace temper::data {

/// A partition of the rows of a source, each part ascending.
struct Split {
  std::vector<std::int64_t> train;
  std::vector<std::int64_t> validation;
};

/// A stratified split: the numbers of images of each class that go into validation are those of
/// stratified_counts(); unlabeled images stay in training. Images with regression values are
/// treated as one class. The choice within a class depends only on the seed, on the index of the
/// class, and on the number and order of its images.
/// @param fraction  in [0, 1)
Split stratified_split(const Source& source, double fraction, std::uint64_t seed);

/// The rows, ascending, of a stratified choice by nested_counts(): those of a smaller fraction are
/// a part of those of a larger one. Otherwise as the validation rows of stratified_split().
/// @param fraction  in [0, 1]
std::vector<std::int64_t> nested_rows(const Source& source, double fraction, std::uint64_t seed);

/// Stratified k-fold split: one of `folds` folds is the validation set, the rest is for training.
/// Together the folds contain every labeled image once; their sizes, in total and for each class,
/// differ by at most one image. Unlabeled images, and the only image of a class, are in training in
/// every fold.
/// @param folds  from 2 to the number of labeled images
/// @param fold   in [0, folds)
/// @throws Error{Code::usage} for numbers outside these ranges, Error{Code::data} for an empty fold
Split fold_split(const Source& source, std::int64_t folds, std::int64_t fold, std::uint64_t seed);

/// `count` rows out of n (all if there are fewer), ascending: the first ones of a seeded shuffle,
/// so that a smaller selection is a subset of a larger one.
std::vector<std::int64_t> random_rows(std::int64_t n, std::int64_t count, std::uint64_t seed);

}  // namespace temper::data

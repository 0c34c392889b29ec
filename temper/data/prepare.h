#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "temper/data/labels.h"
#include "temper/data/source.h"

namespace temper::data {

struct Preparation {
  double validation = 0;   ///< share of the training set held out, in [0, 1); without effect where
                           ///< the data has a validation set or there are folds
  std::int64_t folds = 0;  ///< 0: none; else fold_split()'s
  std::int64_t fold = 0;
  std::int64_t limit = 0;  ///< training images at most; 0: all
  double labelled = 1;     ///< share of the training labels that is kept
  double label_noise = 0;  ///< share of them that is replaced
};

/// The sets that a run works with.
struct Prepared {
  Dataset sets;
  std::vector<ReplacedLabel> replaced;  ///< images of sets.train
  std::vector<std::string> notes;       ///< what was left out, a sentence each
};

/// Validation carved from training where the data brings none; then training cut to `limit`; then
/// labels dropped, the images without one left out, and noise put on the rest. Supervised training
/// learns nothing from an image without a label, and would let it into BatchNorm's statistics; in
/// validation and test sets there is nothing to compare it with.
/// @throws Error{Code::usage} for options that fit neither each other nor the data,
/// Error{Code::data} where no labelled image is left
Prepared prepare(Dataset dataset, const Preparation& options, std::uint64_t seed);

}  // namespace temper::data

#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "temper/data/prepare/labels.h"
#include "temper/data/sources/source.h"

namespace temper::data {

struct Preparation {
  double validation = 0;  ///< fraction of the training set held out, in [0, 1); ignored if the data
                          ///< has a validation set or there are folds
  std::optional<std::uint64_t> split_seed = {};  ///< of the held out images; none: that of the run
  std::int64_t folds = 0;                        ///< as for fold_split(); 0: none
  std::int64_t fold = 0;
  std::int64_t limit = 0;   ///< maximum number of training images; 0: all
  double labelled = 1;      ///< fraction of the training labels that is kept
  std::int64_t labels = 0;  ///< number of them that is kept, as for keep_label_count(); 0: all
  double label_noise = 0;   ///< fraction of them that is replaced
  /// Unlabeled training images are a set of their own, for semi-supervised training.
  bool unlabelled = false;
  bool include_labelled = false;  ///< the labeled ones are among them, without their labels
};

/// The sets that a run uses.
struct Prepared {
  Dataset sets;
  std::shared_ptr<const Source> unlabelled;  ///< null unless asked for
  std::vector<ReplacedLabel> replaced;       ///< images of sets.train
  std::vector<std::string> notes;            ///< what is not read or left out, one sentence each
};

/// Splits validation images off the training set if the data has no validation set, limits the
/// training set to `limit` images, drops labels, removes unlabeled images, and adds label noise to
/// the rest, in this order. Unlabeled images do not contribute to supervised training, except to
/// the BatchNorm statistics, and can't be scored in validation and test sets.
/// @throws Error{Code::usage} for options that contradict each other or the data, and where
/// unlabeled images are asked for and there are none; Error{Code::data} if no labeled image is left
Prepared prepare(Dataset dataset, const Preparation& options, std::uint64_t seed);

}  // namespace temper::data

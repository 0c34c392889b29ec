#pragma once
#include <cstdint>
#include <optional>

#include "temper/data/loader/loader.h"
#include "temper/train/plan.h"

namespace temper::train {

/// The batches of a plan's training: those of Plan::train, and with semi-supervised training the
/// unlabeled images of each in Batch::unlabelled; where mixing.partner is similar, in the epochs
/// with mixing, the partners of its rows in Batch::partners. With free adversarial training a batch
/// is given for several steps in a row, see recipe::replays_of(); passes over the images then take
/// as many epochs, and go on from one epoch to the next.
class TrainingBatches {
 public:
  /// @param fixed_step  when set, scheduled options of all batches are those of this step
  explicit TrainingBatches(const Plan& plan, std::optional<std::int64_t> fixed_step = {});

  /// As data::Loader's.
  void start(std::int64_t epoch, std::int64_t first_batch = 0);
  /// As data::Loader's.
  const data::Batch* next();

 private:
  void start_loading(std::int64_t epoch, std::int64_t first_batch);
  const data::Batch* load();

  std::int64_t replays_;  ///< steps with a batch
  bool copies_;           ///< each of them has images of its own, since it changes them
  data::Loader labelled_;
  std::optional<data::Loader> unlabelled_;
  std::optional<data::Loader> partners_;
  std::int64_t mixed_epochs_ = 0;  ///< with partners; 0: all
  bool has_partners_ = false;      ///< in the current epoch
  data::Batch joined_;

  // With several steps for a batch:
  std::int64_t step_ = 0;                ///< the next one, of the run
  std::int64_t end_ = 0;                 ///< of the epoch
  const data::Batch* loaded_ = nullptr;  ///< the current batch; null: none since start()
  data::Batch replayed_;
};

}  // namespace temper::train

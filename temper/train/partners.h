#pragma once
#include <cstdint>
#include <vector>

#include "temper/data/loader/batch.h"
#include "temper/distributed/group.h"
#include "temper/mix/plan.h"

/// Mixing in a batch whose rows are in several processes: each sends the others the partners of
/// their rows. Partners from outside the batch each process loads for its own rows.
namespace temper::train {

/// What a rank does for a mixing plan.
struct Partners {
  mix::Plan plan;  ///< of the rank's own rows, followed by the partners that other ranks have
  std::vector<std::vector<std::int64_t>> send;  ///< for each rank: rows among this rank's own
  std::vector<std::int64_t> receive;            ///< number of rows from each rank
};

/// @param plan  of the whole batch, whose rows are divided as distributed::rows_of() says
Partners partners_of(const mix::Plan& plan, std::int64_t rank, std::int64_t size);

/// As mixed(), for a rank's part of the batch, whose memory stays as it is. Images alone are mixed,
/// not what a stage of the network gives for them.
/// @param plan  of the whole batch, or of its rows followed by Batch::partners of all of them
data::Batch mixed_over_ranks(const data::Batch& batch, const mix::Plan& plan,
                             distributed::Group& group);

}  // namespace temper::train

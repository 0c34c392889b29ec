#pragma once
#include <cstdint>
#include <vector>

#include "temper/cost/link.h"

/// A model of what a step takes when several processes train together. It has no measurements of
/// its own: see rank_work.h.
///
/// Gradients are summed in buckets, one after the other, each from the moment when the backward
/// pass has computed all of it; what goes on when the backward pass has ended is exposed. Messages
/// that training waits for come in addition. All ranks are taken to be equally fast, and computing
/// to be as fast while messages are on their way.
namespace temper::cost {

/// Processes and what connects them.
struct Cluster {
  std::int64_t ranks = 1;
  std::int64_t local_ranks = 1;  ///< on each machine
  Link link = {};
};

/// The gradients of a bucket.
struct ReadyBucket {
  std::int64_t bytes = 0;
  double ready = 0;  ///< seconds after the end of the backward pass, <= 0
};

/// What a rank does in a step, with its part of the batch.
struct RankWork {
  std::int64_t images = 0;   ///< of the batch, on the rank with the most
  std::int64_t threads = 0;  ///< that compute
  double computation = 0;    ///< seconds without loading and messages

  std::int64_t passes = 1;                ///< backward passes that send gradients
  double backward = 0;                    ///< seconds of such a pass
  std::vector<ReadyBucket> buckets = {};  ///< in the order of sending
  std::int64_t statistics = 0;            ///< bytes of the running statistics of BatchNorm

  std::vector<std::int64_t> waited = {};  ///< bytes of the sums that training waits for
  double partners = 0;                    ///< bytes of images to mix with from other ranks
  double collected = 0;                   ///< bytes that rank 0 receives for checkpoints
  /// Bytes of the messages by which ranks send the parameters that they have updated, with
  /// recipe.shard_optimizer.
  std::vector<std::int64_t> parameters = {};

  std::int64_t loaded = 0;   ///< images that the loader delivers
  double loading = 0;        ///< images per second that it can; 0: not known
  std::uint64_t memory = 0;  ///< bytes, at its peak
};

struct SentBucket {
  std::int64_t bytes = 0;
  // Seconds after the end of the backward pass, negative before it.
  double ready = 0;
  double start = 0;
  double end = 0;
};

/// What a step takes, in seconds.
struct Scaling {
  Cluster cluster;
  RankWork work;
  std::vector<SentBucket> buckets = {};
  double all_reduce = 0;  ///< of the buckets of one pass
  double exposed = 0;     ///< of the buckets of all passes, after the backward passes
  double waited = 0;      ///< sums that training waits for
  double exchanged = 0;   ///< images to mix with, and what rank 0 collects
  double parameters = 0;  ///< that ranks send each other after the update
  double loading = 0;     ///< of the images of a step, while the step before is computed
  double step = 0;
  /// The time of the step without other ranks, divided by that with them: 1 where a step takes as
  /// long as in one process with a part of the batch.
  double efficiency = 1;

  /// Images per second of the loader of each rank that keep up with the step.
  [[nodiscard]] double loading_needed() const;
};

/// Throws Error{Code::usage} for fewer than one rank, or more of them on a machine than there are.
void check_cluster(const Cluster& cluster);

/// Throws as check_cluster().
Scaling scaling(RankWork work, const Cluster& cluster);

}  // namespace temper::cost

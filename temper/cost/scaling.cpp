#include "temper/cost/scaling.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "temper/core/error.h"

namespace temper::cost {
namespace {

/// Loss, a vote and a count, or the divisors of the loss: double.
constexpr std::int64_t kTallyBytes = 3 * static_cast<std::int64_t>(sizeof(double));

/// The buckets of a pass, after the smaller messages that are sent when it begins.
std::vector<SentBucket> sent(const RankWork& work, const Cluster& cluster) {
  const auto seconds = [&](std::int64_t bytes) {
    return all_reduce_seconds(bytes, cluster.ranks, cluster.link);
  };
  double free = -work.backward + seconds(kTallyBytes);
  if (work.statistics > 0) free += seconds(work.statistics);
  std::vector<SentBucket> buckets;
  for (const auto& [bytes, ready] : work.buckets) {
    const double start = std::max(ready, free);
    free = start + seconds(bytes);
    buckets.push_back({.bytes = bytes, .ready = ready, .start = start, .end = free});
  }
  return buckets;
}

}  // namespace

void check_cluster(const Cluster& cluster) {
  if (cluster.ranks < 1)
    throw Error(Code::usage, {.option = "--ranks"},
                fmt::format("--ranks is {}; expected at least 1", cluster.ranks));
  if (cluster.local_ranks < 1 || cluster.local_ranks > cluster.ranks)
    throw Error(Code::usage, {.option = "--local-ranks"},
                fmt::format("--local-ranks is {}, of {} ranks; expected a number from 1 to that",
                            cluster.local_ranks, cluster.ranks));
}

double Scaling::loading_needed() const {
  return step > 0 ? static_cast<double>(work.loaded) / step : 0;
}

Scaling scaling(RankWork work, const Cluster& cluster) {
  check_cluster(cluster);
  Scaling found{.cluster = cluster, .work = std::move(work)};
  const auto& own = found.work;
  const auto passes = static_cast<double>(own.passes);
  double network = 0;
  if (cluster.ranks > 1) {
    found.buckets = sent(own, cluster);
    for (const auto& bucket : found.buckets) found.all_reduce += bucket.end - bucket.start;
    if (!found.buckets.empty()) found.exposed = passes * std::max(0.0, found.buckets.back().end);
    // The divisors of the loss are summed before each pass.
    found.waited = passes * all_reduce_seconds(kTallyBytes, cluster.ranks, cluster.link);
    for (const auto bytes : own.waited)
      found.waited += all_reduce_seconds(bytes, cluster.ranks, cluster.link);
    found.exchanged = exchange_seconds(own.partners, cluster.local_ranks, cluster.link) +
                      exchange_seconds(own.collected, 1, cluster.link);
    for (const auto bytes : own.parameters)
      found.parameters +=
          broadcast_seconds(bytes, cluster.ranks, cluster.local_ranks, cluster.link);
    network = found.exposed + found.waited + found.exchanged + found.parameters;
  }
  if (own.loading > 0) found.loading = static_cast<double>(own.loaded) / own.loading;
  const double alone = std::max(own.computation, found.loading);
  found.step = std::max(own.computation + network, found.loading);
  found.efficiency = found.step > 0 ? alone / found.step : 1;
  return found;
}

}  // namespace temper::cost

#include "temper/report/scaling_text.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>
#include <vector>

#include "temper/core/duration.h"
#include "temper/core/grouped.h"

namespace temper::report {
namespace {

constexpr double kMiB = 1024.0 * 1024.0;

double ms(double seconds) {
  return 1e3 * seconds;
}

double mib(double bytes) {
  return bytes / kMiB;
}

double sum_of(const std::vector<std::int64_t>& bytes) {
  return static_cast<double>(std::accumulate(bytes.begin(), bytes.end(), std::int64_t{0}));
}

/// A moment by its distance from the end of the backward pass.
std::string moment(double seconds) {
  return fmt::format("{:.2f} ms {}", ms(std::abs(seconds)), seconds < 0 ? "before" : "after");
}

std::string cluster_text(const cost::Scaling& s) {
  const auto& [ranks, local_ranks, link] = s.cluster;
  return fmt::format(
      "ranks           {}, {} on each machine, {} between machines, {:g} us latency\n",
      grouped(ranks), grouped(local_ranks), cost::bandwidth_text(link.bandwidth),
      1e6 * link.latency);
}

std::string buckets_text(const cost::Scaling& s) {
  if (s.cluster.ranks == 1) return "";
  double bytes = 0;
  for (const auto& bucket : s.buckets) bytes += static_cast<double>(bucket.bytes);
  auto text = fmt::format(
      "gradients       {:.2f} MiB in {} bucket{}, {:.2f} ms to sum them; from the end of the "
      "backward pass:\n",
      mib(bytes), s.buckets.size(), s.buckets.size() == 1 ? "" : "s", ms(s.all_reduce));
  for (const auto& bucket : s.buckets)
    text += fmt::format("  {:9.2f} MiB   computed {}, summed {}\n",
                        mib(static_cast<double>(bucket.bytes)), moment(bucket.ready),
                        moment(bucket.end));
  return text;
}

std::string waits_text(const cost::Scaling& s, const ScaledRun& run) {
  if (s.cluster.ranks == 1) return "";
  auto text = fmt::format("sums            {:.2f} ms that training waits for", ms(s.waited));
  if (run.sync_bn)
    text += fmt::format(", among them {} of sync_bn with {:.2f} MiB", s.work.waited.size(),
                        mib(sum_of(s.work.waited)));
  text += '\n';
  if (s.exchanged > 0)
    text += fmt::format("images          {:.2f} MiB from other ranks, {:.2f} ms\n",
                        mib(s.work.partners + s.work.collected), ms(s.exchanged));
  if (s.parameters > 0)
    text += fmt::format(
        "parameters      {:.2f} MiB in {} message{} from the ranks that update them, {:.2f} ms\n",
        mib(sum_of(s.work.parameters)), s.work.parameters.size(),
        s.work.parameters.size() == 1 ? "" : "s", ms(s.parameters));
  return text;
}

std::string loading_text(const cost::Scaling& s) {
  return fmt::format("loading         {:.0f} images/s needed on each rank, {:.0f} measured{}\n",
                     s.loading_needed(), s.work.loading,
                     s.loading >= s.step ? ": training waits for images" : "");
}

}  // namespace

std::string to_text(const cost::Scaling& s, const ScaledRun& run) {
  const auto rate = static_cast<double>(run.batch) / s.step;
  return cluster_text(s) +
         fmt::format(
             "batch           {} images, {} on a rank\n"
             "memory          about {:.0f} MiB on each rank at its peak\n"
             "computation     {:.2f} ms a step with {} thread{}, {:.2f} ms of it in the "
             "backward pass{} gradients\n",
             grouped(run.batch), grouped(s.work.images), mib(static_cast<double>(s.work.memory)),
             ms(s.work.computation), s.work.threads, s.work.threads == 1 ? "" : "s",
             ms(static_cast<double>(s.work.passes) * s.work.backward),
             s.work.passes == 1 ? " that sends" : "es that send") +
         buckets_text(s) + waits_text(s, run) + loading_text(s) +
         fmt::format(
             "step            {:.2f} ms, {:.2f} ms of it gradients after the backward "
             "pass\n"
             "throughput      {:.0f} images/s, scaling efficiency {:.1f}%\n"
             "training time   {} for {} steps, without evaluation\n",
             ms(s.step), ms(s.exposed), rate, 100 * s.efficiency,
             clock_text(s.step * static_cast<double>(run.steps)), grouped(run.steps));
}

nlohmann::ordered_json to_json(const cost::Scaling& s, const ScaledRun& run) {
  auto buckets = nlohmann::ordered_json::array();
  for (const auto& bucket : s.buckets)
    buckets.push_back({{"bytes", bucket.bytes},
                       {"ready", bucket.ready},
                       {"start", bucket.start},
                       {"end", bucket.end}});
  return {{"ranks", s.cluster.ranks},
          {"local_ranks", s.cluster.local_ranks},
          {"bandwidth", s.cluster.link.bandwidth},
          {"latency", s.cluster.link.latency},
          {"batch_size", run.batch},
          {"rank_images", s.work.images},
          {"rank_threads", s.work.threads},
          {"rank_memory", s.work.memory},
          {"computation_seconds", s.work.computation},
          {"backward_seconds", s.work.backward},
          {"backward_passes", s.work.passes},
          {"buckets", std::move(buckets)},
          {"all_reduce_seconds", s.all_reduce},
          {"exposed_seconds", s.exposed},
          {"sync_bn_sums", s.work.waited.size()},
          {"waited_seconds", s.waited},
          {"exchanged_bytes", s.work.partners + s.work.collected},
          {"exchanged_seconds", s.exchanged},
          {"parameter_bytes", sum_of(s.work.parameters)},
          {"parameter_seconds", s.parameters},
          {"loading_images_per_second", s.work.loading},
          {"loading_needed", s.loading_needed()},
          {"step_seconds", s.step},
          {"images_per_second", static_cast<double>(run.batch) / s.step},
          {"efficiency", s.efficiency},
          {"seconds", s.step * static_cast<double>(run.steps)}};
}

}  // namespace temper::report

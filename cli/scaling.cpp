#include "scaling.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "output.h"
#include "temper/core/error.h"
#include "temper/cost/rank_work.h"
#include "temper/cost/scaling.h"
#include "temper/report/scaling_text.h"
#include "temper/train/plan_of_rank.h"

namespace temper::cli {
namespace {

constexpr const char* kLatency = "50us";

cost::Cluster cluster_of(const ScalingOptions& options) {
  return {.ranks = *options.ranks,
          .local_ranks = options.local_ranks.value_or(1),
          .link = {.bandwidth = cost::parse_bandwidth(options.bandwidth, "--bandwidth"),
                   .latency = cost::parse_latency(
                       options.latency.empty() ? kLatency : options.latency, "--latency")}};
}

[[noreturn]] void refuse(const std::string& option, const std::string& message) {
  throw Error(Code::usage, {.option = option}, message);
}

}  // namespace

void add_scaling(const Command& command, ScalingOptions& options) {
  command
      .option("--ranks", options.ranks,
              "with --dry-run: estimate a step of this many processes, which a launcher would "
              "start")
      .called("N")
      .positive();
  command
      .option("--bandwidth", options.bandwidth,
              "with --ranks: bandwidth of the network between the machines, in bits per second "
              "with K, M, G or T: 25G is 25 Gbit/s")
      .called("BITS");
  command
      .option("--latency", options.latency,
              "with --ranks: time that a message between two processes takes, for example 50us "
              "or 0.5ms (default: 50us)")
      .called("TIME");
  command
      .option("--local-ranks", options.local_ranks,
              "with --ranks: processes on each machine, which share its cores (default: 1)")
      .called("N")
      .positive();
}

void check_scaling(const ScalingOptions& options, bool dry_run) {
  if (!options.ranks) {
    for (const auto& [option, given] :
         {std::pair{"--bandwidth", !options.bandwidth.empty()},
          std::pair{"--latency", !options.latency.empty()},
          std::pair{"--local-ranks", options.local_ranks.has_value()}})
      if (given)
        refuse(option, fmt::format("{} is for an estimate of several processes; give their number "
                                   "by --ranks, together with --dry-run",
                                   option));
    return;
  }
  if (!dry_run)
    refuse("--ranks",
           "--ranks is for an estimate, together with --dry-run; training has as many processes as "
           "its launcher starts (torchrun --nproc-per-node, srun --ntasks, mpirun -n)");
  if (options.bandwidth.empty())
    refuse("--ranks",
           "--ranks needs the bandwidth of the network between the machines, such as --bandwidth "
           "25G");
  cost::check_cluster(cluster_of(options));
}

void print_scaling(const ScalingOptions& options, const train::Plan& plan,
                   const recipe::Recipe& recipe, bool as_json) {
  const auto cluster = cluster_of(options);
  const auto part = train::plan_of_rank(plan, recipe, cluster.ranks, cluster.local_ranks);
  const auto found = cost::scaling(cost::rank_work(plan, part, cluster), cluster);
  const report::ScaledRun run{.batch = plan.recipe.data.batch,
                              .steps = plan.horizon.total_steps,
                              .sync_bn = plan.recipe.sync_bn};
  if (as_json)
    print_text("{}\n", report::to_json(found, run).dump(2));
  else
    print_text("{}Dry run: nothing was written.\n", report::to_text(found, run));
}

}  // namespace temper::cli

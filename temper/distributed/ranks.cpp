#include "temper/distributed/ranks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string_view>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/parse_number.h"
#include "temper/core/random.h"

namespace temper::distributed {
namespace {

constexpr std::int64_t kMostRanks = 65'536;
constexpr std::int64_t kDefaultPort = 29'500;  ///< torchrun's

[[noreturn]] void refuse(const std::string& message) {
  throw Error(Code::usage, message);
}

/// The number in a variable's text.
std::int64_t parsed(const char* name, const std::string& written, std::int64_t lowest,
                    std::int64_t highest) {
  const auto value = parse_number<std::int64_t>(written);
  if (value && *value >= lowest && *value <= highest) return *value;
  refuse(fmt::format("the environment variable {} is '{}'; expected an integer from {} to {}", name,
                     written, lowest, highest));
}

/// The variables of a launcher.
class Variables {
 public:
  Variables(const Environment& environment, std::string launcher)
      : environment_(environment), launcher_(std::move(launcher)) {}

  [[nodiscard]] const std::string& launcher() const { return launcher_; }

  [[nodiscard]] std::optional<std::string> text(const char* name) const {
    auto found = environment_(name);
    if (found && found->empty()) return std::nullopt;
    return found;
  }

  [[nodiscard]] std::string needed(const char* name, const std::string& advice) const {
    if (auto found = text(name)) return *found;
    refuse(
        fmt::format("{} has started this process as one of several, but the environment "
                    "variable {} is not set; {}",
                    launcher_, name, advice));
  }

  [[nodiscard]] std::int64_t number(const char* name, std::int64_t lowest, std::int64_t highest,
                                    std::optional<std::int64_t> otherwise = {}) const {
    if (otherwise && !text(name)) return *otherwise;
    return parsed(name,
                  needed(name, "start it by the launcher, or unset the others for one process"),
                  lowest, highest);
  }

 private:
  const Environment& environment_;
  std::string launcher_;
};

/// Fills in rank and size and their local counterparts.
Ranks placed(const Variables& from, const char* rank, const char* size, const char* local_rank,
             const char* local_size) {
  Ranks ranks;
  ranks.launcher = from.launcher();
  ranks.size = from.number(size, 1, kMostRanks);
  ranks.rank = from.number(rank, 0, ranks.size - 1);
  ranks.local_size = from.number(local_size, 1, ranks.size, 1);
  const bool counted = from.text(local_size).has_value();
  ranks.local_rank = from.number(local_rank, 0, (counted ? ranks.local_size : ranks.size) - 1, 0);
  if (ranks.local_rank >= ranks.local_size)
    refuse(
        fmt::format("the environment variable {} is {} and {} is not set; set it to the number "
                    "of processes on this machine",
                    local_rank, ranks.local_rank, local_size));
  return ranks;
}

std::uint16_t port_of(const Variables& from, std::int64_t otherwise) {
  return static_cast<std::uint16_t>(
      from.number("MASTER_PORT", 1, std::numeric_limits<std::uint16_t>::max(), otherwise));
}

/// A port for a job without one of its own, below those that the system gives to connections.
std::int64_t port_for(std::uint64_t job) {
  constexpr std::uint64_t first = 15'000, count = 15'000;
  return static_cast<std::int64_t>(first + job % count);
}

Ranks of_torchrun(const Variables& from) {
  auto ranks = placed(from, "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE");
  if (ranks.size == 1) return ranks;
  ranks.host = from.needed("MASTER_ADDR", "set it to the name of the machine of rank 0");
  (void)from.needed("MASTER_PORT", "set it to a free port of that machine, the same on all ranks");
  ranks.port = port_of(from, kDefaultPort);
  ranks.has_store = from.text("TORCHELASTIC_USE_AGENT_STORE") == "True";
  ranks.knows_local = from.text("LOCAL_WORLD_SIZE").has_value();
  return ranks;
}

Ranks of_open_mpi(const Variables& from) {
  auto ranks = placed(from, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE",
                      "OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_SIZE");
  if (ranks.size == 1) return ranks;
  if (ranks.local_size == ranks.size)
    ranks.host = from.text("MASTER_ADDR").value_or("127.0.0.1");
  else
    ranks.host =
        from.needed("MASTER_ADDR", "add -x MASTER_ADDR=HOST, the name of the machine of rank 0");
  const auto job = from.text("PMIX_NAMESPACE");
  ranks.port = port_of(from, job ? port_for(coordinate(*job)) : kDefaultPort);
  return ranks;
}

/// The tasks on this machine, of "2(x3),1": 2 on each of three machines, and 1 on the fourth.
std::int64_t tasks_here(const std::string& written, std::int64_t machine) {
  std::string_view rest = written;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(','), rest.size());
    const auto entry = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto open = entry.find("(x");
    const auto tasks =
        parsed("SLURM_STEP_TASKS_PER_NODE", std::string(entry.substr(0, open)), 1, kMostRanks);
    std::int64_t machines = 1;
    if (open != std::string_view::npos && entry.ends_with(')'))
      machines =
          parsed("SLURM_STEP_TASKS_PER_NODE",
                 std::string(entry.substr(open + 2, entry.size() - open - 3)), 1, kMostRanks);
    if (machine < machines) return tasks;
    machine -= machines;
  }
  refuse(fmt::format(
      "the environment variable SLURM_STEP_TASKS_PER_NODE is '{}', which has no tasks for the "
      "machine of SLURM_NODEID",
      written));
}

Ranks of_slurm(const Variables& from) {
  Ranks ranks;
  ranks.launcher = from.launcher();
  ranks.size = from.number("SLURM_STEP_NUM_TASKS", 1, kMostRanks);
  if (ranks.size == 1) return ranks;
  ranks.rank = from.number("SLURM_PROCID", 0, ranks.size - 1);
  ranks.local_rank = from.number("SLURM_LOCALID", 0, ranks.size - 1);
  ranks.local_size =
      tasks_here(from.needed("SLURM_STEP_TASKS_PER_NODE", "start the program by srun"),
                 from.number("SLURM_NODEID", 0, kMostRanks));
  if (const auto given = from.text("MASTER_ADDR"))
    ranks.host = *given;
  else
    ranks.host = hosts_of(from.needed("SLURM_STEP_NODELIST", "start the program by srun")).front();
  constexpr std::int64_t largest = std::numeric_limits<std::uint32_t>::max();
  const auto step = fmt::format("{}.{}", from.number("SLURM_JOB_ID", 0, largest),
                                from.number("SLURM_STEP_ID", 0, largest, 0));
  ranks.port = port_of(from, port_for(coordinate(step)));
  return ranks;
}

/// Adds the hosts of a list's entry, "gpu[01-03,7]-a".
/// @param brackets  that it may have
void add_hosts(const std::string& entry, std::vector<std::string>& hosts, int brackets = 8) {
  const auto bad = [&entry] {
    refuse(
        fmt::format("'{}' in Slurm's list of machines; expected names such as gpu1 or "
                    "gpu[01-03,7]",
                    entry));
  };
  const auto open = entry.find('[');
  if (open == std::string::npos) {
    if (entry.empty() || entry.find(']') != std::string::npos) bad();
    hosts.push_back(entry);
    return;
  }
  const auto close = entry.find(']', open);
  if (close == std::string::npos || brackets == 0) bad();
  std::string_view ranges = std::string_view(entry).substr(open + 1, close - open - 1);
  if (ranges.empty()) bad();
  while (!ranges.empty()) {
    const auto end = std::min(ranges.find(','), ranges.size());
    const auto range = ranges.substr(0, end);
    ranges.remove_prefix(std::min(end + 1, ranges.size()));
    const auto dash = std::min(range.find('-'), range.size());
    const auto low = range.substr(0, dash);
    const auto high = dash == range.size() ? low : range.substr(dash + 1);
    const auto from = parse_number<std::int64_t>(low);
    const auto to = parse_number<std::int64_t>(high);
    if (!from || !to || *to < *from || low.size() > 18) bad();
    if (low.starts_with('-') || high.starts_with('-')) bad();
    if (*to - *from >= kMostRanks - std::ssize(hosts))
      refuse(fmt::format("Slurm's list of machines has more than {}", kMostRanks));
    // A second bracket is one more dimension of the names.
    for (auto n = *from; n <= *to; ++n)
      add_hosts(
          entry.substr(0, open) + fmt::format("{:0{}}", n, low.size()) + entry.substr(close + 1),
          hosts, brackets - 1);
  }
}

}  // namespace

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets variables
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

std::optional<Ranks> ranks_of(const Environment& environment) {
  const Variables torchrun(environment, "torchrun");
  const Variables mpi(environment, "mpirun");
  const Variables slurm(environment, "srun");
  Ranks ranks;
  if (torchrun.text("RANK") || torchrun.text("WORLD_SIZE"))
    ranks = of_torchrun(torchrun);
  else if (mpi.text("OMPI_COMM_WORLD_RANK"))
    ranks = of_open_mpi(mpi);
  else if (slurm.text("SLURM_STEP_NUM_TASKS"))
    ranks = of_slurm(slurm);
  if (ranks.size == 1) return std::nullopt;
  return ranks;
}

std::vector<std::string> hosts_of(const std::string& list) {
  std::vector<std::string> hosts;
  std::string entry;
  bool within = false;
  for (const char c : list + ',') {
    within = c == '[' || (within && c != ']');
    if (c != ',' || within) {
      entry += c;
      continue;
    }
    add_hosts(entry, hosts);
    entry.clear();
  }
  if (!entry.empty()) add_hosts(entry, hosts);  // a bracket without its end, which is refused
  if (std::ssize(hosts) > kMostRanks)
    refuse(fmt::format("Slurm's list of machines has more than {}", kMostRanks));
  return hosts;
}

Rows rows_of(std::int64_t all, std::int64_t rank, std::int64_t size) {
  const auto first = rank * all / size;
  return {first, (rank + 1) * all / size - first};
}

}  // namespace temper::distributed

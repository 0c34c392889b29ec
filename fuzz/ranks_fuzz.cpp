#include <cstdlib>
#include <optional>
#include <string>

#include "fuzz/hostile.h"
#include "temper/distributed/pulse.h"
#include "temper/distributed/ranks.h"

namespace {

namespace distributed = temper::distributed;

/// The entries of the ranks' store.
void read_entries(const std::string& text) {
  if (const auto beat = distributed::parse_beat(text))
    if (distributed::parse_beat(distributed::to_text(*beat)) != beat) std::abort();
  for (const auto& ending : distributed::parse_endings(text))
    if (distributed::parse_endings(distributed::to_text(ending)).size() != 1) std::abort();
}

/// Slurm's variables, of which two are lists.
void read_environment(const std::string& text) {
  (void)distributed::ranks_of([&text](const char* name) -> std::optional<std::string> {
    const std::string variable = name;
    if (!variable.starts_with("SLURM")) return std::nullopt;
    if (variable == "SLURM_STEP_NUM_TASKS") return "2";
    const bool list = variable == "SLURM_STEP_TASKS_PER_NODE" || variable == "SLURM_STEP_NODELIST";
    return list ? text : "1";
  });
}

}  // namespace

// What several processes read of a launcher and of one another.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto read = [&](const auto& parse) {
    temper::fuzz::run(data, size, [&](std::span<const std::byte>) { parse(text); });
  };
  read(read_entries);
  read(read_environment);
  read([](const std::string& list) {
    if (distributed::hosts_of(list).empty()) std::abort();
  });
  return 0;
}

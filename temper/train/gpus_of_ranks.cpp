#include "temper/train/gpus_of_ranks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>

#include "temper/core/error.h"

namespace temper::train {
namespace {

[[noreturn]] void refuse(const std::string& message) {
  throw Error(Code::usage, {.option = "device"}, message);
}

std::vector<std::string> parts_of(const std::string& list) {
  std::vector<std::string> parts{""};
  for (const char letter : list)
    if (letter == ',')
      parts.emplace_back();
    else
      parts.back() += letter;
  return parts;
}

}  // namespace

std::optional<std::string> own_gpu(const std::optional<std::string>& visible,
                                   const distributed::Ranks& ranks) {
  if (!ranks.knows_local || ranks.local_size == 1) return std::nullopt;
  if (!visible) return fmt::format("{}", ranks.local_rank);
  const auto gpus = parts_of(*visible);
  if (gpus.size() == 1) return std::nullopt;
  if (ranks.local_size > std::ssize(gpus))
    refuse(fmt::format(
        "{} processes on this machine, of which each trains on a GPU of its own, and {} "
        "GPUs in CUDA_VISIBLE_DEVICES = {}; start as many processes as GPUs, or set "
        "device = \"cpu\"",
        ranks.local_size, gpus.size(), *visible));
  return gpus[static_cast<std::size_t>(ranks.local_rank)];
}

void check_gpus(const std::vector<std::string>& gpus, const std::vector<std::string>& notes) {
  const auto on_cpu = std::ranges::count(gpus, "");
  if (on_cpu == std::ssize(gpus)) return;
  if (on_cpu > 0) {
    const auto rank = static_cast<std::size_t>(std::ranges::find(gpus, "") - gpus.begin());
    refuse(
        fmt::format("rank {} would train on the CPU{} and others on GPUs; start a process for each "
                    "GPU, or set device = \"cpu\"",
                    rank, notes[rank].empty() ? "" : fmt::format(": {},", notes[rank])));
  }
  std::map<std::string, std::size_t> ranks;
  for (std::size_t rank = 0; rank < gpus.size(); ++rank)
    if (const auto [first, is_new] = ranks.emplace(gpus[rank], rank); !is_new)
      refuse(
          fmt::format("ranks {} and {} would train on the same GPU, {}; start a process for each "
                      "GPU with LOCAL_RANK and LOCAL_WORLD_SIZE, as torchrun does, or set device "
                      "= \"cpu\"",
                      first->second, rank, gpus[rank]));
}

}  // namespace temper::train

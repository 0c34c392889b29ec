#include "temper/distributed/join.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/distributed/lost.h"

namespace temper::distributed {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPause{20};
constexpr const char* kPresent = "present";

std::string present_key(std::int64_t rank) {
  return fmt::format("rank/{}", rank);
}

std::string heartbeat_key(std::int64_t rank) {
  return fmt::format("beats/{}", rank);
}

std::int64_t seconds_of(std::chrono::milliseconds time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time).count();
}

/// What must be equal on all ranks.
std::string job_text(const Ranks& ranks, const GroupOptions& options) {
  return fmt::format("{} processes, temper {}", ranks.size, options.version);
}

/// "rank 1, 2, 3, 4, ..."
std::string names_of(std::vector<std::int64_t> ranks) {
  const auto count = ranks.size();
  ranks.resize(std::min(count, kNamed));
  return fmt::format("rank {}{}", fmt::join(ranks, ", "), count > kNamed ? ", ..." : "");
}

}  // namespace

void check_stop(const GroupOptions& options) {
  if (options.stop != nullptr && options.stop->is_set())
    throw Error(Code::stopped,
                "stopped before all ranks were there; the same command on all of them begins or "
                "resumes the run");
}

void meet(const Ranks& ranks, const GroupOptions& options, Board& board) {
  if (board.add(fmt::format("taken/{}", ranks.rank), 1) > 1)
    throw Error(Code::usage,
                fmt::format("two processes say that they are rank {} at {}:{}; perhaps two jobs "
                            "use one port: choose another MASTER_PORT for one of them",
                            ranks.rank, ranks.host, ranks.port));
  board.set(present_key(ranks.rank), job_text(ranks, options));
  (void)board.add(kPresent, 1);
  const auto deadline = Clock::now() + options.join_timeout;
  while (board.add(kPresent, 0) < ranks.size && Clock::now() < deadline) {
    check_stop(options);
    std::this_thread::sleep_for(kPause);
  }
  std::vector<std::int64_t> missing;
  for (std::int64_t rank = 0; rank < ranks.size; ++rank) {
    if (!board.has(present_key(rank))) {
      missing.push_back(rank);
      continue;
    }
    const auto theirs = board.get({present_key(rank)}).front();
    if (theirs != job_text(ranks, options))
      throw Error(Code::usage,
                  fmt::format("rank {} belongs to a job of {}, and rank {} to one of {}; start all "
                              "ranks with the same launcher and the same program",
                              rank, theirs, ranks.rank, job_text(ranks, options)));
  }
  if (missing.empty()) return;
  throw Error(Code::usage,
              fmt::format("{} of {} ranks have not come to {}:{} within {} s: {}; check their "
                          "output, and that they have the same WORLD_SIZE",
                          missing.size(), ranks.size, ranks.host, ranks.port,
                          seconds_of(options.join_timeout), names_of(missing)));
}

void await_heartbeats(const Ranks& ranks, const GroupOptions& options, Board& board) {
  board.set(heartbeat_key(ranks.rank), "1");
  const auto deadline = Clock::now() + options.rank_timeout;
  std::vector<std::int64_t> missing;
  for (std::int64_t rank = 0; rank < ranks.size; ++rank) {
    while (!board.has(heartbeat_key(rank)) && Clock::now() < deadline) {
      check_stop(options);
      std::this_thread::sleep_for(kPause);
    }
    if (!board.has(heartbeat_key(rank))) missing.push_back(rank);
  }
  if (missing.empty()) return;
  throw Error(
      Code::io,
      fmt::format("{} has come to {}:{}, and has given no sign of life since, for "
                  "{} s: it was killed, or its machine or network is gone",
                  names_of(missing), ranks.host, ranks.port, seconds_of(options.rank_timeout)));
}

}  // namespace temper::distributed

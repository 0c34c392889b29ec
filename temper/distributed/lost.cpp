#include "temper/distributed/lost.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace temper::distributed {
namespace {

std::string place(std::int64_t rank, const std::string& host) {
  return fmt::format("rank {} (on {})", rank, host.empty() ? "an unknown host" : host);
}

/// The code of an exit status.
Code code_of(int status) {
  for (const auto code :
       {Code::usage, Code::data, Code::io, Code::numerical, Code::internal, Code::stopped})
    if (static_cast<int>(code) == status) return code;
  return Code::internal;
}

}  // namespace

std::string host_name() {
  std::array<char, 256> name = {};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : "?";
}

Ending ending_of(std::int64_t rank, std::int64_t step, const Error& error) {
  return {.rank = rank,
          .status = static_cast<int>(error.code()),
          .step = step,
          .host = host_name(),
          .message = error.what()};
}

Error error_of(const Ending& ending) {
  return {code_of(ending.status),
          fmt::format("{} has ended after step {}: {}", place(ending.rank, ending.host),
                      ending.step, ending.message)};
}

const Ending* first_of_others(const std::vector<Ending>& endings, std::int64_t own) {
  const auto found =
      std::ranges::find_if(endings, [own](const Ending& one) { return one.rank != own; });
  return found == endings.end() ? nullptr : &*found;
}

std::string silent(const Pulse::View& view, std::int64_t own, std::int64_t step,
                   Milliseconds since) {
  std::vector<std::string> names;
  std::size_t count = 0;
  for (std::size_t rank = 0; rank < view.ranks.size(); ++rank) {
    const auto& one = view.ranks[rank];
    if (static_cast<std::int64_t>(rank) == own || one.silence < since) continue;
    if (++count <= kNamed)
      names.push_back(fmt::format("{}, process {}, after step {}",
                                  place(static_cast<std::int64_t>(rank), one.beat.host),
                                  one.beat.process, std::max(one.beat.step, step)));
  }
  return fmt::format("{}{}", fmt::join(names, "; "),
                     count > kNamed ? fmt::format("; and {} more", count - kNamed) : "");
}

std::string store_name(const Ranks& ranks) {
  return ranks.has_store
             ? fmt::format("{}'s store at {}:{}", ranks.launcher, ranks.host, ranks.port)
             : fmt::format("rank 0, which has the ranks' store at {}:{},", ranks.host, ranks.port);
}

std::string store_text(const Ranks& ranks, std::int64_t step, const std::string& reason) {
  return fmt::format(
      "{} can't be reached any more after step {}{}: it has ended or is stopped, or "
      "its machine or network is gone. The run goes on from its last checkpoint",
      store_name(ranks), step, reason.empty() ? "" : fmt::format(" ({})", reason));
}

std::string broken_text(const std::string& reason) {
  return fmt::format(
      "the connection to another rank broke ({}), and all processes still run; "
      "check the network. The run goes on from its last checkpoint",
      reason);
}

}  // namespace temper::distributed

#include "ranks.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>

#include "current_error.h"
#include "output.h"
#include "temper/core/error.h"
#include "temper/distributed/error_file.h"

namespace temper::cli {
namespace {

[[noreturn]] void end(distributed::Group& group, const Error& error) {
  const bool own = group.leave(error);
  if (own) (void)distributed::write_error_file(distributed::process_environment(), error);
  std::fflush(stdout);
  print_text(stderr, "temper: rank {}: {}\n", group.rank(), error.what());
  std::fflush(stderr);
  std::_Exit(static_cast<int>(error.code()));
}

}  // namespace

int as_rank(const std::function<std::shared_ptr<distributed::Group>()>& join,
            const std::function<int(const std::shared_ptr<distributed::Group>&)>& work) {
  std::shared_ptr<distributed::Group> group;
  std::optional<Error> failure;
  try {
    group = join();
    return work(group);
  } catch (const std::exception&) {
    failure = current_error();
  }
  // One that is told to stop has parted from the others in good order.
  if (group && failure->code() != Code::stopped) end(*group, *failure);
  (void)distributed::write_error_file(distributed::process_environment(), *failure);
  throw Error(*failure);
}

void refuse_torchrun(const std::string& command) {
  const auto environment = distributed::process_environment();
  const auto ranks = environment("WORLD_SIZE").value_or("1");
  if (!environment("TORCHELASTIC_RUN_ID") || ranks == "1") return;
  const Error error(Code::usage,
                    fmt::format("torchrun has started {} processes, and 'temper {}' is the work of "
                                "one: each of them would do all of it; start it without torchrun. "
                                "Only 'temper train' shares its work among processes",
                                ranks, command));
  (void)distributed::write_error_file(environment, error);
  throw Error(error);
}

}  // namespace temper::cli

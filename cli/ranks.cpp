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

void write_error(const Error& error) {
  (void)distributed::write_error_file(distributed::process_environment(), error);
}

void print_error(const std::string& message) {
  std::fflush(stdout);
  print_text(stderr, "temper: {}\n", message);
  std::fflush(stderr);
}

/// Ends the process without destructors: threads may wait for ranks that are gone.
[[noreturn]] void end(const Error& error) {
  std::_Exit(static_cast<int>(error.code()));
}

/// The message comes first, as rank 0 gives the others time to learn of an error.
[[noreturn]] void end_in(distributed::Group& group, const Error& error) {
  print_error(fmt::format("rank {}: {}", group.rank(), error.what()));
  if (group.leave(error)) write_error(error);
  end(error);
}

}  // namespace

int as_rank(const std::function<std::shared_ptr<distributed::Group>()>& join,
            const std::function<int(const std::shared_ptr<distributed::Group>&)>& work) {
  std::shared_ptr<distributed::Group> group;
  try {
    group = join();
  } catch (const std::exception&) {
    const auto error = current_error();
    print_error(error.what());
    write_error(error);
    end(error);
  }
  std::optional<Error> failure;
  try {
    return work(group);
  } catch (const std::exception&) {
    failure = current_error();
  }
  // One that is told to stop has parted from the others in good order.
  if (failure->code() != Code::stopped) end_in(*group, *failure);
  throw Error(*failure);
}

void refuse_torchrun(const std::string& command) {
  const auto environment = distributed::process_environment();
  const auto ranks = environment("WORLD_SIZE").value_or("1");
  if (!environment("TORCHELASTIC_RUN_ID") || ranks == "1") return;
  throw Error(Code::usage,
              fmt::format("torchrun has started {} processes, and 'temper {}' is the work of one: "
                          "each of them would do all of it; start it without torchrun. Only "
                          "'temper train' shares its work among processes",
                          ranks, command));
}

}  // namespace temper::cli

#include "temper/deploy/run_program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "temper/io/disk/descriptor.h"
#include "temper/io/disk/system_error.h"

namespace temper::deploy {
namespace {

constexpr std::size_t kMostOutput = std::size_t{1} << 20U;

/// Everything that is written to the other end; what is beyond the limit is read and dropped, so
/// that the writer never waits.
std::string read_all(int from) {
  std::string text;
  std::array<char, 4096> part{};
  for (;;) {
    const auto count = ::read(from, part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    if (text.size() < kMostOutput) text.append(part.data(), static_cast<std::size_t>(count));
  }
}

int wait_for(::pid_t child) {
  int waited = 0;
  while (::waitpid(child, &waited, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(waited) ? WEXITSTATUS(waited) : 128 + WTERMSIG(waited);
}

}  // namespace

ProgramResult run_program(std::vector<std::string> words) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw io::system_error("run", words.front(), errno);
  const io::Descriptor output(ends[0]);
  io::Descriptor input(ends[1]);

  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::posix_spawn_file_actions_t actions{};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, input.get(), STDOUT_FILENO);
  ::pid_t child = 0;
  const int error =
      ::posix_spawnp(&child, arguments.front(), &actions, nullptr, arguments.data(), ::environ);
  ::posix_spawn_file_actions_destroy(&actions);
  input.close();
  if (error != 0) return {.error = error};
  auto text = read_all(output.get());
  return {.status = wait_for(child), .output = std::move(text)};
}

}  // namespace temper::deploy

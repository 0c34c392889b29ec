#include "temper/study/engine/child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <string_view>
#include <utility>

#include "temper/io/disk/system_error.h"
#include "temper/study/engine/run_trial.h"

namespace temper::study {
namespace {

int status_of(int waited) {
  return WIFSIGNALED(waited) ? 128 + WTERMSIG(waited) : WEXITSTATUS(waited);
}

/// What the new process inherits; everything else is closed when it becomes the program.
struct Inherited {
  std::span<const int> locks;
  int alive;  ///< end of the pipe that is closed when it ends
  int nowhere;
  int output;
};

/// In the new process. Calls nothing that allocates memory, since another thread of the old one may
/// have held the allocator's lock.
[[noreturn]] void become(const char* program, char* const* words, pid_t parent,
                         const Inherited& inherited) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(128 + SIGTERM);  // it died before that
  for (const int lock : inherited.locks) ::fcntl(lock, F_SETFD, 0);
  ::fcntl(inherited.alive, F_SETFD, 0);
  ::dup2(inherited.nowhere, STDIN_FILENO);
  ::dup2(inherited.output, STDOUT_FILENO);
  ::dup2(inherited.output, STDERR_FILENO);
  ::execv(program, words);
  constexpr std::string_view failure = "temper: this program cannot be executed\n";
  [[maybe_unused]] const auto ignored = ::write(STDERR_FILENO, failure.data(), failure.size());
  ::_exit(127);
}

}  // namespace

Child::Child(const std::filesystem::path& program, const TrialFolder& folder,
             std::span<const int> locks) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw io::system_error("run", program, errno);
  ended_ = io::Descriptor(ends[0]);
  const io::Descriptor alive(ends[1]);
  const auto nowhere = io::open_file("/dev/null", O_RDONLY, "read");
  const auto output = io::open_file(folder.output(), O_WRONLY | O_CREAT | O_TRUNC, "write");
  std::string name = program.string();
  std::string command = kTrialCommand;
  std::string place = folder.path().string();
  const std::array<char*, 4> words{name.data(), command.data(), place.data(), nullptr};
  const auto parent = ::getpid();
  id_ = ::fork();
  if (id_ == 0)
    become(
        name.c_str(), words.data(), parent,
        {.locks = locks, .alive = alive.get(), .nowhere = nowhere.get(), .output = output.get()});
  if (id_ < 0) throw io::system_error("run", program, errno);
}

Child::~Child() {
  if (id_ < 0) return;
  ::kill(id_, SIGKILL);
  wait();
}

Child::Child(Child&& other) noexcept
    : id_(std::exchange(other.id_, -1)), status_(other.status_), ended_(std::move(other.ended_)) {}

void Child::stop() const {
  if (id_ >= 0) ::kill(id_, SIGTERM);
}

std::optional<int> Child::status() {
  if (id_ < 0) return status_;
  int waited = 0;
  if (::waitpid(id_, &waited, WNOHANG) != id_) return std::nullopt;
  id_ = -1;
  status_ = status_of(waited);
  return status_;
}

int Child::wait() {
  if (id_ < 0) return status_;
  int waited = 0;
  while (::waitpid(id_, &waited, 0) < 0 && errno == EINTR) continue;
  id_ = -1;
  status_ = status_of(waited);
  return status_;
}

}  // namespace temper::study

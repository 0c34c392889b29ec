#include "tests/faults/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "temper/io/disk/hash.h"
#include "temper/io/disk/read_file.h"
#include "tests/run/same_run.h"
#include "tests/support/directory.h"

namespace temper::faults {
namespace {

namespace fs = std::filesystem;

std::string text_of(const std::string& path) {
  return fs::exists(path) ? io::read_text(path) : "";
}

void redirect(int to, const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (file < 0) ::_exit(127);
  ::dup2(file, to);
  ::close(file);
}

/// Words are separated by zero bytes, which they do not contain.
std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += word + '\0';
  return text;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t end = 0; !text.empty(); text.remove_prefix(end + 1)) {
    end = text.find('\0');
    words.emplace_back(text.substr(0, end));
  }
  return words;
}

/// The other end of serve().
class Server {
 public:
  Server() {
    // The server orphans its workers, which become children of this process.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends.data()) != 0) std::abort();
    ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    if (::fork() == 0) {
      const auto socket = std::to_string(ends[1]);
      ::execl("/proc/self/exe", "faults_test", "--serve", socket.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    socket_ = ends[0];
  }

  /// @return the worker's process id, once it is a child of this process
  [[nodiscard]] int start(const std::string& request) const {
    int pid = -1;
    char is_orphan = 0;
    if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) < 0 ||
        ::recv(socket_, &pid, sizeof pid, 0) != sizeof pid ||
        ::recv(socket_, &is_orphan, 1, 0) != 1)
      throw std::runtime_error("no process to fork workers from");
    return pid;
  }

 private:
  int socket_ = -1;
};

/// Alternates between two servers, so that the processes of a test use different memory addresses,
/// on which results must not depend.
const Server& next_server() {
  static const std::array<Server, 2> servers;
  static std::size_t turn = 0;
  return servers.at(turn++ % servers.size());
}

}  // namespace

int serve(int socket) {
  std::string request(1 << 16, '\0');
  for (;;) {
    const auto size = ::recv(socket, request.data(), request.size(), 0);
    if (size <= 0) return 0;
    const int parent = ::fork();
    if (parent != 0) {
      ::waitpid(parent, nullptr, 0);
      ::send(socket, "", 1, MSG_NOSIGNAL);
      continue;
    }
    if (const int worker = ::fork(); worker != 0) {
      ::send(socket, &worker, sizeof worker, MSG_NOSIGNAL);
      ::_exit(0);
    }
    ::close(socket);
    const auto words = split({request.data(), static_cast<std::size_t>(size)});
    redirect(STDOUT_FILENO, words.at(0) + ".out");
    redirect(STDERR_FILENO, words.at(0) + ".err");
    if (!words.at(1).empty()) ::setenv("TEMPER_FAULT", words.at(1).c_str(), 1);  // NOLINT
    const int status = work(job_of({words.begin() + 2, words.end()}));
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
    return status;  // the leak check runs when a process exits normally
#endif
#endif
    // Unregistering LibTorch's operators takes as long as a worker's steps.
    std::fflush(nullptr);
    ::_exit(status);
  }
}

Worker::Worker(const Job& job, const std::string& fault) : log_(job.directory + ".log") {
  std::vector<std::string> words{log_, fault};
  const auto rest = words_of(job);
  words.insert(words.end(), rest.begin(), rest.end());
  pid_ = next_server().start(joined(words));
  started_ = std::chrono::steady_clock::now();
}

Worker::~Worker() {
  if (pid_ < 0) return;
  send(SIGKILL);
  wait();
}

void Worker::send(int signal) const {
  ::kill(pid_, signal);
}

void Worker::await_pause() const {
  int status = 0;
  ::waitpid(pid_, &status, WUNTRACED);
}

Ending Worker::wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  const std::chrono::duration<double> lived = std::chrono::steady_clock::now() - started_;
  return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), lived.count(),
          text_of(log_ + ".out"), text_of(log_ + ".err")};
}

Ending run_worker(const Job& job, const std::string& fault) {
  return Worker(job, fault).wait();
}

TestFolder::TestFolder() {
  std::string test = ::testing::UnitTest::GetInstance()->current_test_info()->name();
  std::ranges::replace(test, '/', '-');
  path_ =
      testing::place_of_many_runs() / ("temper-faults-" + test + "-" + std::to_string(::getpid()));
  fs::remove_all(path_);
  fs::create_directories(path_);
}

TestFolder::~TestFolder() {
  if (::testing::Test::HasFailure()) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string result_of(const std::string& directory) {
  const fs::path folder = directory;
  io::Hash hash;
  std::set<fs::path> files;  // weights, averages by their kind's name, predictions
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".safetensors") files.insert(entry.path().filename());
  for (const auto& name : files) hash.update(name.string() + io::hash_file(folder / name));
  for (const auto& line : run::history(folder)) hash.update(line.dump());
  return hash.hex();
}

}  // namespace temper::faults

#pragma once
#include <chrono>
#include <filesystem>
#include <string>

#include "tests/faults/task.h"
#include "tests/support/everything.h"

namespace temper::faults {

/// How a worker ended.
struct Ending {
  int status = 0;      ///< exit status, 128 + the signal's number where one killed it
  double seconds = 0;  ///< from its start
  std::string output;
  std::string errors;
};

/// A worker process, forked from one that has only loaded LibTorch, since loading takes several
/// times as long as the job of most workers.
class Worker {
 public:
  /// @param fault  value of TEMPER_FAULT
  explicit Worker(const Job& job, const std::string& fault = "");
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  Worker(Worker&&) = delete;
  Worker& operator=(Worker&&) = delete;

  [[nodiscard]] int pid() const { return pid_; }
  void send(int signal) const;
  /// Waits until it is stopped by SIGSTOP.
  void await_pause() const;
  Ending wait();

 private:
  std::string log_;
  int pid_ = -1;
  std::chrono::steady_clock::time_point started_;
};

Ending run_worker(const Job& job, const std::string& fault = "");

/// Runs a server process from which workers are forked, `faults_test --serve SOCKET`; it ends with
/// the test program. @return in each worker, its exit status
int serve(int socket);

/// A new folder for the current test in place_of_many_runs(). Removed when the test passes.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  TestFolder(TestFolder&&) = delete;
  TestFolder& operator=(TestFolder&&) = delete;
  [[nodiscard]] std::string operator/(const std::string& name) const {
    return (path_ / name).string();
  }

 private:
  std::filesystem::path path_;
};

/// Hashes of the files of a finished run and of its log without times: equal only if all of them
/// are.
std::string result_of(const std::string& directory);

using temper::testing::everything;

}  // namespace temper::faults

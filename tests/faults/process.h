#pragma once
#include <chrono>
#include <filesystem>
#include <string>

#include "tests/faults/task.h"

namespace temper::faults {

/// How a worker ended.
struct Ending {
  int status = 0;      ///< exit status, 128 + the signal's number where one killed it
  double seconds = 0;  ///< from its start
  std::string output;
  std::string errors;
};

/// A worker in a process of its own, forked from one that has loaded LibTorch and done nothing
/// else: to load it takes several times as long as what most workers do.
class Worker {
 public:
  /// @param fault  TEMPER_FAULT for it
  explicit Worker(const Job& job, const std::string& fault = "");
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  Worker(Worker&&) = delete;
  Worker& operator=(Worker&&) = delete;

  [[nodiscard]] int pid() const { return pid_; }
  void send(int signal) const;
  /// Until it is stopped by SIGSTOP.
  void await_pause() const;
  Ending wait();

 private:
  std::string log_;
  int pid_ = -1;
  std::chrono::steady_clock::time_point started_;
};

Ending run_worker(const Job& job, const std::string& fault = "");

/// The life of a process that workers are forked from, `faults_test --serve SOCKET`: it ends with
/// the test program. @return in each worker, its exit status
int serve(int socket);

/// A fresh folder for the present test, in memory unless TMPDIR says where: syncing hundreds of
/// runs to a disk takes longer than the runs. Gone when the test passed.
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

/// Hashes of what a finished run ships and of its log without the clock: equal only where all of it
/// is.
std::string result_of(const std::string& directory);

/// Whether all of a table is to be run (scripts/test --all) or a sample of it.
bool everything();

}  // namespace temper::faults

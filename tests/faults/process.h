#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "tests/faults/task.h"

namespace temper::faults {

/// How a worker ended.
struct Ending {
  int status = 0;  ///< exit status, 128 + the signal's number where one killed it
  std::string output;
  std::string errors;
};

/// A worker in a process of its own.
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
  int pid_ = -1;
  std::string log_;
};

Ending run_worker(const Job& job, const std::string& fault = "");

/// A fresh folder for the present test; gone when the test passed.
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

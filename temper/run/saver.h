#pragma once
#include <filesystem>
#include <future>

#include "temper/train/checkpoint.h"

namespace temper::run {

/// Writes checkpoints in a background thread, one at a time.
class Saver {
 public:
  Saver(std::filesystem::path checkpoints, train::Keep keep);
  /// Waits for the checkpoint that is being written.
  ~Saver();
  Saver(const Saver&) = delete;
  Saver& operator=(const Saver&) = delete;
  Saver(Saver&&) = delete;
  Saver& operator=(Saver&&) = delete;

  /// Starts to write a checkpoint and to remove those that it supersedes, after waiting for the one
  /// before. Throws the error of the latter.
  void save(train::Snapshot snapshot);
  /// Waits until all is written. Throws the error, Error{Code::io}.
  void wait();
  /// Throws the error of a checkpoint whose writing has failed. Does not wait.
  void check();

 private:
  std::filesystem::path checkpoints_;
  train::Keep keep_;
  std::future<void> writing_;
};

}  // namespace temper::run

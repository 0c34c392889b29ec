#pragma once
#include <filesystem>
#include <future>

#include "temper/train/checkpoint.h"

namespace temper::train {

/// Writes checkpoints beside training, one at a time.
class Saver {
 public:
  Saver(std::filesystem::path checkpoints, Keep keep);
  /// Waits for the checkpoint that is being written.
  ~Saver();
  Saver(const Saver&) = delete;
  Saver& operator=(const Saver&) = delete;
  Saver(Saver&&) = delete;
  Saver& operator=(Saver&&) = delete;

  /// Begins to write a checkpoint and to remove those that it supersedes. Waits for the one before,
  /// whose failure it throws.
  void save(Snapshot snapshot);
  /// Until all is written. Throws the failure: Error{Code::io}.
  void wait();
  /// Throws the failure of a checkpoint that was to be written meanwhile; does not wait.
  void check();

 private:
  std::filesystem::path checkpoints_;
  Keep keep_;
  std::future<void> writing_;
};

}  // namespace temper::train

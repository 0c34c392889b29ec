#pragma once
#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <span>

#include "temper/io/disk/descriptor.h"
#include "temper/study/engine/trial_folder.h"

namespace temper::study {

/// A trial's process: `PROGRAM __trial FOLDER`, whose output goes to the folder's output.txt. When
/// this process dies, it is sent SIGTERM, at which it saves and stops; until then it keeps the
/// locks that it was started with.
class Child {
 public:
  /// To be called by a thread that outlives the child. Throws Error{Code::io}.
  /// @param locks  descriptors of LockFile, which it inherits
  Child(const std::filesystem::path& program, const TrialFolder& folder,
        std::span<const int> locks);
  /// Kills it if it still runs.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;

  /// Asks it to save and stop, as SIGTERM from anyone else does.
  void stop() const;
  /// Nothing while it runs; then its exit status, or 128 + the number of the signal that ended it.
  std::optional<int> status();
  /// Waits for the end.
  int wait();
  /// Readable, for poll(2), when it has ended.
  [[nodiscard]] int ended() const { return ended_.get(); }

 private:
  pid_t id_ = -1;  ///< -1: it has ended
  int status_ = 0;
  io::Descriptor ended_;  ///< of a pipe that only it can write to
};

}  // namespace temper::study

#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "temper/io/disk/descriptor.h"

namespace temper::io {

/// A file that one process at a time locks (flock(2)). The system releases the lock when the
/// process ends, however it ends; the file is kept and names the process that locked it last.
class LockFile {
 public:
  /// Creates the file if it does not exist. Throws Error{Code::usage} naming the process that holds
  /// the lock, Error{Code::io} if the file can't be written.
  /// @param what  the protected object, for the message: "the run directory runs/mine"
  LockFile(const std::filesystem::path& path, const std::string& what);

  /// Waits until no other process has the lock. Throws Error{Code::io}.
  static LockFile wait(const std::filesystem::path& path);
  /// Nothing while another process has the lock. Throws Error{Code::io}.
  static std::optional<LockFile> attempt(const std::filesystem::path& path);

  /// Whether a process has the lock; creates and writes nothing. false without the file, where it
  /// can't be opened, and on a file system without locks. It shares the lock for an instant, in
  /// which attempt() fails; the constructor tries a second time.
  static bool is_held(const std::filesystem::path& path);

  /// false on a file system without locks, where no other process is ever noticed.
  [[nodiscard]] bool works() const { return works_; }
  /// Of the open file. A child process that inherits it holds the lock too, until both have closed
  /// it.
  [[nodiscard]] int descriptor() const { return file_.get(); }

 private:
  explicit LockFile(Descriptor file) : file_(std::move(file)) {}
  /// @return whether the lock is this process's now
  bool lock(const std::filesystem::path& path, bool waits);

  Descriptor file_;
  bool works_ = true;
};

}  // namespace temper::io

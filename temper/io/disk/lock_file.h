#pragma once
#include <filesystem>

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

 private:
  Descriptor file_;
};

}  // namespace temper::io

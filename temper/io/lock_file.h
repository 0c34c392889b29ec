#pragma once
#include <filesystem>

#include "temper/io/descriptor.h"

namespace temper::io {

/// A file that one process at a time holds (flock(2)). The system lets go of it when the process
/// ends, however it ends; the file stays and says who held it last.
class LockFile {
 public:
  /// Makes the file where it is not there. Throws Error{Code::usage} naming the process that holds
  /// it, Error{Code::io} when it can't be written.
  /// @param what  the file guards, for the message: "the run directory runs/mine"
  LockFile(const std::filesystem::path& path, const std::string& what);

 private:
  Descriptor file_;
};

}  // namespace temper::io

#pragma once
#include <stdexcept>
#include <string>
#include <utility>

namespace temper {

/// The category of an error, which is the program's exit status.
enum class Code {
  usage = 2,      ///< command line or recipe
  data = 3,       ///< images, labels, data files
  io = 4,         ///< disk, permissions
  numerical = 5,  ///< a non-finite loss or gradient
  internal = 70,  ///< a bug
  stopped = 75,   ///< stopped on request, after saving; run again to resume
};

/// Any error that a user can cause. The message says where it occurred, what was found, what was
/// expected and what to do, in one or two lines.
class Error : public std::runtime_error {
 public:
  Error(Code code, const std::string& message) : std::runtime_error(message), code_(code) {}
  [[nodiscard]] Code code() const noexcept { return code_; }

 private:
  Code code_;
};

}  // namespace temper

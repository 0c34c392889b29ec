#pragma once
#include <stdexcept>
#include <string>
#include <utility>

namespace temper {

/// What went wrong, as the program's exit status.
enum class Code {
  usage = 2,      ///< command line or recipe
  data = 3,       ///< pictures, labels, data files
  io = 4,         ///< disk, permissions
  numerical = 5,  ///< a loss or gradient that is not finite
  internal = 70,  ///< a bug
  stopped = 75,   ///< stopped on request, after saving; run again to go on
};

/// Everything that a user can cause. The message says where, what was found, what was expected and
/// what to do, in one or two lines.
class Error : public std::runtime_error {
 public:
  Error(Code code, const std::string& message) : std::runtime_error(message), code_(code) {}
  [[nodiscard]] Code code() const noexcept { return code_; }

 private:
  Code code_;
};

}  // namespace temper

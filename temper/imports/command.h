#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace temper::imports {

/// The words of a command as a POSIX shell splits them: quotes, backslashes, lines that go on after
/// a backslash. Variables and patterns stay as they are. Throws Error{Code::usage} for a quote that
/// does not end.
std::vector<std::string> split_words(std::string_view command);

/// A training script's arguments, and the number of processes that its launcher starts.
struct Launch {
  std::vector<std::string> arguments;
  std::optional<std::int64_t> processes = {};  ///< unless the command has no launcher of several
  bool distributed = false;  ///< by one of PyTorch's launchers, also where it starts one process
};

/// Separates the arguments from what comes before them: environment variables, python, torchrun or
/// torch.distributed.launch with their options, or timm's distributed_train.sh. A command that
/// begins with an option has none of that. Throws Error{Code::usage} for another launcher, and for
/// a number of processes that is not a number.
Launch separated(const std::vector<std::string>& command);

}  // namespace temper::imports

#pragma once
#include <functional>
#include <memory>
#include <string>

#include "temper/distributed/group.h"

namespace temper::cli {

/// Runs a command as one of several processes. An error of this process is told to the others, and
/// to torchrun, and ends the process at once: threads that wait for other ranks can't be ended.
/// @return the result of `work`. Throws Error{Code::stopped} as `work`
int as_rank(const std::function<std::shared_ptr<distributed::Group>()>& join,
            const std::function<int(const std::shared_ptr<distributed::Group>&)>& work);

/// Refuses a command that trains in one process alone, where torchrun has started several: throws
/// Error{Code::usage}, which torchrun gets as well.
/// @param command  "ablate", ...
void refuse_torchrun(const std::string& command);

}  // namespace temper::cli

#pragma once
#include <string>
#include <string_view>

#include "temper/schedule/horizon.h"

namespace temper::schedule {

/// Throws Error{Code::usage}.
/// @param where  the scheduled option, such as "optimizer.lr"
[[noreturn]] void refuse(const std::string& where, const std::string& what);

/// The same for a length that does not fit the run's.
/// @param what  what takes these steps, as in "its pieces take"
/// @param help  what to do
[[noreturn]] void refuse_length(const std::string& where, std::string_view what, double steps,
                                const Horizon& horizon, std::string_view help);

}  // namespace temper::schedule

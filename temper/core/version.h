#pragma once
#include <string_view>

namespace temper {

extern const std::string_view kVersion;  ///< "0.1.0"
extern const std::string_view
    kCommit;  ///< "1a2b3c4", with "+" for uncommitted changes; "unknown" outside a checkout

}  // namespace temper

#pragma once
#include <string_view>

namespace temper::deploy {

// Generated from scripts/ when the build is configured (see room.cmake).
extern const std::string_view kCheckScript;  ///< scripts/check_onnx.py
extern const std::string_view
    kCheckPackages;  ///< scripts/onnx.txt: what it needs, one on each line

}  // namespace temper::deploy

#pragma once
#include <string_view>

#include "temper/study/engine/engine.h"

namespace temper::cli {

/// The value of --share, "2/8". Throws Error{Code::usage} for anything else.
study::Share share_of(std::string_view text);

}  // namespace temper::cli

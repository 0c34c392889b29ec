#pragma once
#include "temper/core/error.h"

namespace temper::cli {

/// The exception that is being handled, as the error that the program ends with.
Error current_error();

}  // namespace temper::cli

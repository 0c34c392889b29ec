#pragma once
#include "temper/core/error.h"
#include "temper/distributed/ranks.h"

namespace temper::distributed {

/// Writes an error to the file of TORCHELASTIC_ERROR_FILE, in the form of PyTorch's own error
/// files, from which torchrun shows it as the cause of a failure. Does nothing where the variable
/// is not set. Does not throw: the error itself is what has to be reported.
/// @return whether the file is written
bool write_error_file(const Environment& environment, const Error& error);

}  // namespace temper::distributed

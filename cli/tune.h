#pragma once
#include "command.h"

/// The subcommands of `temper tune`, one per file.
namespace temper::cli {

void add_tune_lr(const Command& tune);

}  // namespace temper::cli

#pragma once
#include <functional>

#include "command.h"

/// The subcommands of `temper tune`, one per file.
namespace temper::cli {

/// Makes a subcommand do its work, and refuses what the command line has for a search besides.
using TuneCommand = std::function<void(const Command& command, const std::function<void()>& work)>;

void add_tune_lr(const Command& tune, const TuneCommand& runs);
void add_tune_augment(const Command& tune, const TuneCommand& runs);

}  // namespace temper::cli

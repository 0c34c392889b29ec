#include "tune.h"

#include "commands.h"

namespace temper::cli {

void add_tune(const Command& app) {
  const auto command = app.command("tune", "Search for a learning rate");
  command.needs_command();
  add_tune_lr(command);
}

}  // namespace temper::cli

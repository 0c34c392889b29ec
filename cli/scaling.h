#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "command.h"
#include "temper/recipe/recipe.h"
#include "temper/train/plan.h"

namespace temper::cli {

/// Options of a dry run for several processes.
struct ScalingOptions {
  std::optional<std::int64_t> ranks;
  std::string bandwidth;
  std::string latency;
  std::optional<std::int64_t> local_ranks;
};

void add_scaling(const Command& command, ScalingOptions& options);

/// Throws Error{Code::usage} for options that are not together, or whose values can't be read.
/// @param dry_run  the command trains nothing
void check_scaling(const ScalingOptions& options, bool dry_run);

/// Prints what training by options.ranks processes would take.
/// @param plan    of this process on its own
/// @param recipe  that it was made of
void print_scaling(const ScalingOptions& options, const train::Plan& plan,
                   const recipe::Recipe& recipe, bool as_json);

}  // namespace temper::cli

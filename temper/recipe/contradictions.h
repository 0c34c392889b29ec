#pragma once
#include <cstdint>

#include "temper/recipe/recipe.h"

namespace temper::recipe {

/// The least data.train_size, in pixels: smaller sizes are useless, and most likely meant as a
/// fraction of data.size.
inline constexpr std::int64_t kLeastTrainSize = 8;

/// Throws Error{Code::usage}, with the option and its place, for options that contradict each other
/// whatever the data, the machine and the number of processes are. load() and parse() don't: edits
/// of a recipe may come later.
void check_contradictions(const Recipe& recipe);

/// Throws Error{Code::usage} for frozen stages and stages of manifold_mixup that a network does not
/// have.
/// @param stages  model::Network::stages()
void check_stages(const Recipe& recipe, std::int64_t stages);

/// The largest number of stages that the network may have: one for small images may differ from
/// one for large ones. Throws Error{Code::usage} where there is none of any size.
std::int64_t most_stages(const Recipe& recipe);

/// All that `temper recipe check` refuses: contradictions, options that describe no network for
/// images of any size, and lengths that fit into the run with no number of steps per epoch.
void check_without_data(const Recipe& recipe);

}  // namespace temper::recipe

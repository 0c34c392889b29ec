#pragma once
#include <cstdint>
#include <optional>

#include "temper/data/loader/batch.h"
#include "temper/mix/plan.h"
#include "temper/recipe/recipe.h"

namespace temper::distributed {
class Group;
}

namespace temper::train {

/// Refuses mixing that contradicts the data, the batch, the teacher or itself: throws
/// Error{Code::usage} with the option. See also recipe/contradictions.h.
/// @param valued  the data has regression values in place of classes
void check_mixing(const recipe::Recipe& recipe, bool valued);

/// How the images of a step's batch are mixed, a function of the recipe's seed and the step, or the
/// first of the steps in a row that have the batch, see recipe::replays_of(); empty
/// without recipe.mixing, and where nothing is mixed in this step. Throws Error{Code::usage} for a
/// batch without the partners that the recipe asks for.
/// @param recipe  with the step's scheduled values, see prepare()
/// @param step    0-based
/// @param group   the processes that share the batch; null: it is whole
/// @return for the rows of the whole batch; for those of this process alone where
///         recipe.mixing.across_ranks is false
std::optional<mix::Plan> mixing_plan(const recipe::Recipe& recipe, std::int64_t step,
                                     const data::Batch& batch, distributed::Group* group = nullptr);

/// The plan where it mixes the output of a stage of the network, for Objective::Pass; null where it
/// mixes images.
const mix::Plan* mixed_features(const mix::Plan& plan);

/// The batch with mixed images and targets; all views of an image are mixed in the same way. Its
/// labels, of the images before they were mixed, stay. The images are mixed in place, so that those
/// of `batch` change as well, unless its partners are images of their own; its targets don't.
/// Where the output of a stage is to be mixed, images stay as they are.
/// @param plan   for the rows of the whole batch, or for these followed by its partners, or for the
///               rows of this process, which then exchanges nothing
/// @param group  the processes that share the batch, on the CPU, which send each other the partners
///               of their rows where these are rows of the batch; null: the batch is whole
data::Batch mixed(const data::Batch& batch, const mix::Plan& plan,
                  distributed::Group* group = nullptr);

}  // namespace temper::train

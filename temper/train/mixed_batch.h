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

/// Refuses mixing that contradicts the batch, the loss or itself: throws Error{Code::usage} with
/// the option.
void check_mixing(const recipe::Recipe& recipe);

/// How the images of a step's batch are mixed, a function of the recipe's seed and the step; empty
/// without recipe.mixing, and where nothing is mixed in this step.
/// @param recipe  with the step's scheduled values, see prepare()
/// @param step    0-based
std::optional<mix::Plan> mixing_plan(const recipe::Recipe& recipe, std::int64_t step,
                                     const data::Batch& batch);

/// The batch with mixed images and targets; all views of an image are mixed in the same way. Its
/// labels, of the images before they were mixed, stay. The images are mixed in place, so that those
/// of `batch` change as well; its targets don't.
/// @param plan   of the whole batch
/// @param group  the processes that share the batch, on the CPU, which send each other the partners
///               of their rows; null: the batch is whole
data::Batch mixed(const data::Batch& batch, const mix::Plan& plan,
                  distributed::Group* group = nullptr);

}  // namespace temper::train

#pragma once
#include <optional>

#include "temper/data/batch.h"
#include "temper/loss/inputs.h"
#include "temper/train/events.h"
#include "temper/train/guard.h"
#include "temper/train/state.h"

namespace temper::train {

/// The batch on a device; the same tensors where it is already there.
data::Batch to(const data::Batch& batch, at::Device device);

/// The learning rate in a recipe: with a schedule, that of the current step.
double learning_rate(const recipe::Recipe& recipe);

/// Prepares the next step: writes the scheduled values into the driver's recipe, and freezes or
/// unfreezes the stages of the network.
void prepare(State& state, const recipe::ScheduleDriver& driver);

/// Seeds the network's random layers and sets their rates for a pass of the next step. step() does
/// so itself.
/// @param pass       of the step: 1 for the second one of sharpness-aware minimization
/// @param first_row  of a micro-batch in the batch's input
void begin_pass(State& state, const recipe::Recipe& recipe, std::int64_t pass = 0,
                std::int64_t first_row = 0);

/// The network's input for a batch: its images, or with recipe.consistency all of their views,
/// those of an image one after the other, so that a micro-batch draws the same random numbers as
/// its rows do in the whole batch. Throws Error{Code::usage} where the batch has another number of
/// views.
at::Tensor input_of(const recipe::Recipe& recipe, const data::Batch& batch);

/// The logits of the first views, out of those of input_of().
at::Tensor first_view_logits(const recipe::Recipe& recipe, const at::Tensor& logits);

/// The logits of the state's teacher, computed without a graph. Throws Error{Code::usage} where the
/// recipe asks for a teacher and the state has none.
/// @return undefined without recipe.distillation
at::Tensor teacher_logits(const State& state, const recipe::Recipe& recipe,
                          const at::Tensor& images);

/// The recipe's loss, including the distillation loss.
at::Tensor training_loss(const recipe::Recipe& recipe, const loss::Inputs& inputs,
                         const at::Tensor& teacher);

struct StepResult {
  at::Tensor loss;                      ///< a scalar without a graph
  std::optional<NotFinite> not_finite;  ///< when set, the step was counted but not applied
};

/// One training step: forward pass, loss, backward pass, update, weight averaging.
/// @param recipe  with this step's scheduled values, see prepare()
/// @param batch   on the network's device
/// @param times   the time of each part is added to it
/// @param norms   when not null, filled with every parameter's norms
StepResult step(State& state, const recipe::Recipe& recipe, const data::Batch& batch, Times& times,
                Norms* norms = nullptr);

}  // namespace temper::train

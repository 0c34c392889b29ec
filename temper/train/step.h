#pragma once
#include <optional>

#include "temper/data/batch.h"
#include "temper/loss/inputs.h"
#include "temper/train/events.h"
#include "temper/train/guard.h"
#include "temper/train/state.h"

namespace temper::train {

/// The batch on a device; the same tensors where it is there already.
data::Batch to(const data::Batch& batch, at::Device device);

/// The rate that a recipe holds: the present step's, where a schedule drives it.
double learning_rate(const recipe::Recipe& recipe);

/// Puts what holds in the step that comes next where it is read: scheduled numbers into the
/// driver's recipe, a gradient or none to the stages of the network.
void prepare(State& state, const recipe::ScheduleDriver& driver);

/// Tells the network's random layers what they draw and with which rates in a pass of the step that
/// comes next. step() does so itself.
/// @param pass       of the step: 1 for the second one of sharpness-aware minimisation
/// @param first_row  of the batch's input, where a part of it passes
void begin_pass(State& state, const recipe::Recipe& recipe, std::int64_t pass = 0,
                std::int64_t first_row = 0);

/// What a batch gives the network: its images, or where the recipe asks for several views all of
/// them, those of an image one after the other, so that a part of a batch draws what the whole
/// does. Throws Error{Code::usage} where the batch has another number of views.
at::Tensor input_of(const recipe::Recipe& recipe, const data::Batch& batch);

/// The answers to the first views, of those to input_of().
at::Tensor of_first_views(const recipe::Recipe& recipe, const at::Tensor& logits);

/// The answers of the state's teacher, without a graph. Throws Error{Code::usage} where the recipe
/// asks for a teacher and the state has none.
/// @return undefined without recipe.distillation
at::Tensor answers_of_teacher(const State& state, const recipe::Recipe& recipe,
                              const at::Tensor& images);

/// The recipe's loss, the distance from the teacher's answers in it.
at::Tensor training_loss(const recipe::Recipe& recipe, const loss::Inputs& inputs,
                         const at::Tensor& teacher);

struct StepResult {
  at::Tensor loss;                      ///< a scalar without a graph
  std::optional<NotFinite> not_finite;  ///< when set, the step was counted but not applied
};

/// One step of training: forward, loss, backward, update, average.
/// @param recipe  its scheduled numbers hold this step's values, see prepare()
/// @param batch   on the network's device
/// @param times   what the parts took is added
/// @param norms   when not null, filled with every parameter's norms
StepResult step(State& state, const recipe::Recipe& recipe, const data::Batch& batch, Times& times,
                Norms* norms = nullptr);

}  // namespace temper::train

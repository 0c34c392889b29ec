#pragma once
#include <span>
#include <variant>

#include "temper/optim/rules/adabelief.h"
#include "temper/optim/rules/adadelta.h"
#include "temper/optim/rules/adagrad.h"
#include "temper/optim/rules/adam.h"
#include "temper/optim/rules/lamb.h"
#include "temper/optim/rules/lars.h"
#include "temper/optim/rules/lion.h"
#include "temper/optim/rules/muon.h"
#include "temper/optim/rules/nadam.h"
#include "temper/optim/rules/radam.h"
#include "temper/optim/rules/rmsprop.h"
#include "temper/optim/rules/schedule_free.h"
#include "temper/optim/rules/sgd.h"
#include "temper/optim/state.h"

namespace temper::optim {

/// Each has functions `start_rule(options, targets)` and `step_rule(options, targets, state)`, and
/// an option `lr`. One whose options may contradict each other has a member `check()`.
using Optimizer =
    std::variant<Sgd, RmsProp, Adagrad, Adadelta, Adam, AdamW, NAdam, RAdam, AdaBelief, Lion, Lamb,
                 Lars, Muon, ScheduleFreeSgd, ScheduleFreeAdamW>;

/// Throws Error{Code::usage} for options that don't go together.
void check(const Optimizer& optimizer);

/// The state before the first step; its tensors have the parameters' memory layout. It includes a
/// float32 master copy of every reduced-precision parameter, see master.h.
State start(const Optimizer& optimizer, std::span<const Target> targets);

/// How a trainable parameter without a gradient is treated.
enum class Missing : std::uint8_t {
  zero,  ///< its gradient counts as zero: weight decay and momentum still apply
  skip   ///< it is not updated in this step, as in torch.optim
};

/// Updates the parameters in place from their gradients, without recording this in autograd. The
/// gradients are not changed.
/// @param targets  the same parameters in the same order as in start()
void step(const Optimizer& optimizer, std::span<const Target> targets, State& state,
          Missing missing = Missing::zero);

/// Resets the gradients to undefined; the next backward pass allocates new ones.
void zero_gradients(std::span<const Target> targets);

}  // namespace temper::optim

// Instantiated once, because its view is large.
extern template temper::Slot temper::slot(temper::optim::Optimizer& value);

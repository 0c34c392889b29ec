#pragma once
#include <span>
#include <variant>

#include "temper/optim/adabelief.h"
#include "temper/optim/adadelta.h"
#include "temper/optim/adagrad.h"
#include "temper/optim/adam.h"
#include "temper/optim/lamb.h"
#include "temper/optim/lars.h"
#include "temper/optim/lion.h"
#include "temper/optim/muon.h"
#include "temper/optim/nadam.h"
#include "temper/optim/radam.h"
#include "temper/optim/rmsprop.h"
#include "temper/optim/schedule_free.h"
#include "temper/optim/sgd.h"
#include "temper/optim/state.h"

namespace temper::optim {

using Optimizer =
    std::variant<Sgd, RmsProp, Adagrad, Adadelta, Adam, AdamW, NAdam, RAdam, AdaBelief, Lion, Lamb,
                 Lars, Muon, ScheduleFreeSgd, ScheduleFreeAdamW>;

/// Throws Error{Code::usage} for options that don't go together.
void check(const Optimizer& optimizer);

/// The state before the first step, its tensors laid out as the parameters are. Of a parameter of
/// fewer bits than float32 it holds a float32 master, see master.h.
State start(const Optimizer& optimizer, std::span<const Target> targets);

/// What happens to a trainable parameter without a gradient.
enum class Missing : std::uint8_t {
  zero,  ///< its gradient counts as zero: decay and momentum still act on it
  skip   ///< it is left alone in this step, as torch.optim does
};

/// One update from the gradients, in place, unseen by autograd. The gradients are left as they are.
/// @param targets  the same parameters in the same order as at the start
void step(const Optimizer& optimizer, std::span<const Target> targets, State& state,
          Missing missing = Missing::zero);

/// Drops the gradients; the next backward pass makes new ones without adding to them.
void zero_gradients(std::span<const Target> targets);

}  // namespace temper::optim

// Compiled once, as its view is large.
extern template temper::Slot temper::slot(temper::optim::Optimizer& value);

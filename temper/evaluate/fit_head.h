#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "temper/measure/linear_probe.h"
#include "temper/train/events.h"
#include "temper/train/plan.h"
#include "temper/train/state.h"

namespace temper::evaluate {

/// Of the linear probe that a last layer starts from: scikit-learn's default tolerance.
inline constexpr double kHeadTolerance = 1e-4;
inline constexpr std::int64_t kHeadIterations = 1000;

/// Fits the last layer of a run's state before its first step as a linear probe, where the recipe
/// has pretrained.head = "probe": linear probing, then fine-tuning (Kumar et al. 2022,
/// arXiv:2202.10054). Features of all labeled training images are computed once, with the
/// evaluation transform and the network in evaluation mode, in the run's number format; images that
/// can't be read are replaced by others where the recipe skips them. The classifier is
/// score_probe()'s, scored on the validation set, or on the training images without one. What the
/// state has of the weights begins anew (train::restart()). It is a function of the plan alone.
/// @param cancel  when set, called before every batch and every iteration of the fit; true ends the
///                work by throwing Cancelled, and leaves the weights as they were
/// @return nothing where the recipe does not ask for it
/// Throws as features() and score_probe() do, and as train::last_layer().
std::optional<train::LinearProbed> fit_head(train::State& state, const train::Plan& plan,
                                            const std::function<bool()>& cancel = {});

/// Bytes of the tensors that fit_head() holds at a time; empty where it does nothing.
/// @param features  of an image
std::vector<std::int64_t> fit_sizes(const train::Plan& plan, std::int64_t features);

}  // namespace temper::evaluate

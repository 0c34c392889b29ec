#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "temper/study/definition/arms.h"
#include "temper/study/definition/study.h"
#include "temper/study/definition/widening.h"

/// The numbers that are tuned again for each arm, on the validation set.
namespace temper::study {

/// The numbers that are tuned for an arm: the study's, then those of its rows. A scheduled number
/// stands for the peak of its schedule. Throws Error{Code::usage} where a path or a value of its
/// grid is none that the arm's recipe can have.
std::vector<Axis> tuning_axes(const Study& study, const Arm& arm);

/// The most points that are tried for an arm, the same for all arms: tune_budget, or twice those of
/// the largest grid.
/// @param largest  points of the largest grid of any arm
std::int64_t tuning_budget(const Study& study, std::size_t largest);

/// A point as Arm::tuned has it.
TunedValues tuned_texts(std::span<const Axis> axes, const Point& point);

}  // namespace temper::study

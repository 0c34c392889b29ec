#pragma once
#include <cstdint>

#include "temper/train/plan.h"

namespace temper::train {

/// The plan of one of several processes that share each batch, as that of a process on its own: its
/// batch is the part of the rank with the most images, and it exchanges nothing. For estimates of
/// what several processes would take, made by one.
///
/// Images are mixed within the part, or not at all where it has fewer than a mixture asks for.
/// Throws Error{Code::usage} for what several processes refuse.
/// @param plan         of a process on its own
/// @param recipe       that the plan was made of: numbers of threads that it leaves open are those
///                     of the machine, divided by its ranks
/// @param ranks        number of processes
/// @param local_ranks  on each machine
Plan plan_of_rank(const Plan& plan, const recipe::Recipe& recipe, std::int64_t ranks,
                  std::int64_t local_ranks);

}  // namespace temper::train

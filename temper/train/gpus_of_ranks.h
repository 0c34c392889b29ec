#pragma once
#include <optional>
#include <string>
#include <vector>

#include "temper/distributed/ranks.h"

/// Which GPU each of several processes has.
namespace temper::train {

/// The value of CUDA_VISIBLE_DEVICES by which a process sees only the GPU of its local rank, which
/// is then CUDA's device 0. Nothing where it stays as it is: for a process that is alone on its
/// machine, and where one GPU is visible already, as the launcher has divided them.
///
/// Throws Error{Code::usage} where the processes of the machine are more than the GPUs.
/// @param visible  the variable's present value; nothing: not set, all GPUs are visible
std::optional<std::string> own_gpu(const std::optional<std::string>& visible,
                                   const distributed::Ranks& ranks);

/// Throws Error{Code::usage} unless all ranks train on the CPU, or each on a GPU of its own.
/// @param gpus   of each rank: its UUID; empty: it trains on the CPU
/// @param notes  of each rank: why it does not use a GPU, where it was asked to choose; may be
/// empty
void check_gpus(const std::vector<std::string>& gpus, const std::vector<std::string>& notes);

}  // namespace temper::train

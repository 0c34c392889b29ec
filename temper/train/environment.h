#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "temper/recipe/recipe.h"

namespace temper::train {

/// What a run was made with, for environment.json: versions, device, processor, threads, command.
nlohmann::json environment(const recipe::Recipe& resolved, const std::vector<std::string>& command);

/// "AVX2": the instruction set that LibTorch's kernels run on; with it, bits may change.
std::string instruction_set();

/// Bytes of memory the machine can still give; 0 where it can't be told.
std::uint64_t available_memory();

}  // namespace temper::train

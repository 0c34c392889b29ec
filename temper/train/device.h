#pragma once
#include <c10/core/Device.h>

#include <cstdint>
#include <string>

#include "temper/recipe/recipe.h"

namespace temper::train {

struct Gpu {
  std::string name;         ///< "NVIDIA H100 80GB HBM3"
  std::int64_t memory = 0;  ///< bytes
  bool bf16 = false;        ///< computes in bfloat16 (Ampere and later)
};

/// CUDA's first GPU. The first call loads temper's CUDA module, and with it LibTorch's CUDA
/// kernels, for the rest of the process. Throws Error{Code::usage} when a library is missing or
/// CUDA finds no GPU, with its reason.
Gpu open_cuda();

/// "auto" becomes cuda where an NVIDIA driver is running and open_cuda() succeeds, else cpu. With
/// cuda LibTorch is told to compute reproducibly: no cuDNN benchmarking, no TF32.
///
/// Call it before the first tensor is computed: LibTorch asks once which back ends there are.
/// Throws Error{Code::usage} when cuda is asked for and is not to be had.
at::Device resolve_device(recipe::Device asked);

}  // namespace temper::train

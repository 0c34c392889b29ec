#pragma once
#include <c10/core/Device.h>

#include <cstdint>
#include <string>

#include "temper/recipe/recipe.h"

namespace temper::train {

/// What a run computes on.
struct Processor {
  recipe::Device device = recipe::Device::cpu;  ///< cpu or cuda
  std::string name = {};                        ///< of the GPU; empty on the CPU
  std::int64_t memory = 0;                      ///< bytes of the GPU's own; 0 on the CPU
  bool bf16 = false;      ///< the GPU computes in bfloat16 (Ampere and later); false on the CPU
  std::string note = {};  ///< why the GPU that is there is not used; empty otherwise

  [[nodiscard]] at::Device where() const {
    return device == recipe::Device::cuda ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
  }
};

/// "auto" becomes cuda where an NVIDIA driver is running, temper's CUDA module loads (and with it
/// LibTorch's CUDA kernels) and CUDA finds a GPU; else cpu. With cuda LibTorch is told to compute
/// reproducibly: no cuDNN benchmarking, no TF32.
///
/// Call it before the first tensor is computed: LibTorch asks once which back ends there are.
/// Throws Error{Code::usage} when cuda is asked for and is not to be had, with the reason.
Processor resolve_device(recipe::Device asked);

}  // namespace temper::train

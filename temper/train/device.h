#pragma once
#include <c10/core/Device.h>

#include <cstdint>
#include <string>

#include "temper/distributed/group.h"
#include "temper/recipe/recipe.h"

namespace temper::train {

/// The device that a run computes on.
struct ComputeDevice {
  recipe::Device device = recipe::Device::cpu;  ///< cpu or cuda
  std::string name = {};                        ///< of the GPU; empty on the CPU
  std::int64_t memory = 0;                      ///< of the GPU, in bytes; 0 on the CPU
  bool bf16 = false;      ///< the GPU supports bfloat16 (Ampere and later); false on the CPU
  std::string id = {};    ///< the GPU's UUID; empty on the CPU
  std::string note = {};  ///< why an available GPU is not used; empty otherwise
  /// Joins the GPUs of several processes; null on the CPU, and in a build without NCCL.
  distributed::JoinGpus* join = nullptr;

  [[nodiscard]] at::Device where() const {
    return device == recipe::Device::cuda ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
  }
};

/// Resolves "auto" to cuda where an NVIDIA driver is running, temper's CUDA module (and with it
/// LibTorch's CUDA kernels) can be loaded and CUDA finds a GPU; otherwise to cpu. With cuda, sets
/// LibTorch to reproducible computation: no cuDNN benchmarking, no TF32. Of several processes on a
/// machine each has the GPU of its local rank (own_gpu() of gpus_of_ranks.h).
///
/// Must be called before the first tensor operation: LibTorch detects its back ends only once.
/// Throws Error{Code::usage}, with the reason, when cuda is requested and not available.
ComputeDevice resolve_device(recipe::Device asked);

}  // namespace temper::train

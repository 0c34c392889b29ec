#include "temper/train/device.h"

#include <ATen/Context.h>
#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>

#include "temper/core/error.h"
#include "temper/distributed/ranks.h"
#include "temper/train/cuda_module.h"
#include "temper/train/gpus_of_ranks.h"

namespace temper::train {
namespace {

/// Checks for the kernel's driver, native or of WSL, before gigabytes of CUDA libraries are loaded.
bool driver_is_running() {
  std::error_code ignored;
  return std::filesystem::exists("/dev/nvidiactl", ignored) ||
         std::filesystem::exists("/dev/dxg", ignored);
}

/// The settings that CUDA needs besides deterministic algorithms for true fp32 and bit-exact
/// reproducibility.
void compute_reproducibly() {
  auto& context = at::globalContext();
  context.setDeterministicCuDNN(true);
  context.setBenchmarkCuDNN(false);
  context.setAllowTF32CuDNN(false);
  context.setAllowTF32CuBLAS(false);
}

/// Loads a library for the rest of the process, from the program's library search path.
void* open_library(const char* name) {
  void* library = ::dlopen(name, RTLD_LAZY | RTLD_GLOBAL);
  if (library == nullptr)
    throw Error(Code::usage, {.option = "device"},
                std::string("device = \"cuda\": its libraries can't be loaded: ") + ::dlerror() +
                    ". Set TEMPER_TORCH_DIR to a LibTorch with CUDA (scripts/setup "
                    "--cuda installs one), or use device = \"cpu\"");
  return library;
}

/// Hides the GPUs of the machine's other ranks, before CUDA looks for any.
void see_own_gpu() {
  const auto environment = distributed::process_environment();
  const auto ranks = distributed::ranks_of(environment);
  if (!ranks) return;
  if (const auto own = own_gpu(environment("CUDA_VISIBLE_DEVICES"), *ranks))
    ::setenv("CUDA_VISIBLE_DEVICES", own->c_str(), 1);
}

ComputeDevice open_cuda() {
  see_own_gpu();
  // cuBLAS is deterministic only with a workspace of fixed size, set before its initialization.
  ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
  // The module depends on it, but would search its own directory, not that of this LibTorch.
  open_library("libtorch_cuda.so");
  void* module = open_library("libtemper_cuda.so");
  auto* describe = reinterpret_cast<TemperDescribeGpu*>(::dlsym(module, "temper_describe_gpu"));
  if (describe == nullptr) throw Error(Code::internal, ::dlerror());
  TemperGpu gpu{};
  if (describe(&gpu) == 0)
    throw Error(Code::usage, {.option = "device"},
                std::string("device = \"cuda\": no GPU that CUDA can use: ") + gpu.name +
                    "; use device = \"cpu\"");
  return {.device = recipe::Device::cuda,
          .name = gpu.name,
          .memory = gpu.memory,
          .bf16 = gpu.bf16 != 0,
          .id = gpu.id,
          .join = reinterpret_cast<TemperJoinGpus*>(::dlsym(module, "temper_join_gpus"))};
}

}  // namespace

ComputeDevice resolve_device(recipe::Device asked) {
  const bool automatic = asked == recipe::Device::automatic;
  if (asked == recipe::Device::cpu || (automatic && !driver_is_running())) return {};
  try {
    auto gpu = open_cuda();
    compute_reproducibly();
    return gpu;
  } catch (const Error& error) {
    if (!automatic) throw;
    return {.note = error.what()};
  }
}

}  // namespace temper::train

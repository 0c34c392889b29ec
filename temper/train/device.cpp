#include "temper/train/device.h"

#include <ATen/Context.h>
#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>

#include "temper/core/error.h"
#include "temper/train/cuda_module.h"

namespace temper::train {
namespace {

/// The kernel's driver, natively or under WSL. Without one there is no use in loading gigabytes of
/// CUDA libraries.
bool driver_is_running() {
  std::error_code ignored;
  return std::filesystem::exists("/dev/nvidiactl", ignored) ||
         std::filesystem::exists("/dev/dxg", ignored);
}

/// What CUDA needs besides deterministic algorithms, so that fp32 is fp32 and a repetition gives
/// the same bits.
void compute_reproducibly() {
  auto& context = at::globalContext();
  context.setDeterministicCuDNN(true);
  context.setBenchmarkCuDNN(false);
  context.setAllowTF32CuDNN(false);
  context.setAllowTF32CuBLAS(false);
}

/// Opens a library for the rest of the process, looked for where the program looks for its own.
void* open_library(const char* name) {
  void* library = ::dlopen(name, RTLD_LAZY | RTLD_GLOBAL);
  if (library == nullptr)
    throw Error(Code::usage, std::string("device = \"cuda\": its libraries do not load: ") +
                                 ::dlerror() +
                                 ". TEMPER_TORCH_DIR may name a LibTorch with CUDA (scripts/setup "
                                 "--cuda gets one); device = \"cpu\" needs none");
  return library;
}

Processor open_cuda() {
  // cuBLAS is deterministic only with a workspace of fixed size, settled before it starts.
  ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
  // The module needs it too, but would look beside itself, not where this LibTorch is.
  open_library("libtorch_cuda.so");
  void* module = open_library("libtemper_cuda.so");
  auto* describe = reinterpret_cast<TemperDescribeGpu*>(::dlsym(module, "temper_describe_gpu"));
  if (describe == nullptr) throw Error(Code::internal, ::dlerror());
  TemperGpu gpu{};
  if (describe(&gpu) == 0)
    throw Error(Code::usage, std::string("device = \"cuda\": no GPU that CUDA can use: ") +
                                 gpu.name + "; device = \"cpu\" needs none");
  return {.device = recipe::Device::cuda,
          .name = gpu.name,
          .memory = gpu.memory,
          .bf16 = gpu.bf16 != 0};
}

}  // namespace

Processor resolve_device(recipe::Device asked) {
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

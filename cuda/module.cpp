// libtemper_cuda.so: linked to LibTorch's CUDA libraries, so that opening it brings their kernels
// into a program that is linked to the CPU's alone.
#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdio>

#include "temper/train/cuda_module.h"

extern "C" __attribute__((visibility("default"))) int temper_describe_gpu(TemperGpu* gpu) {
  int devices = 0;
  cudaError_t status = cudaGetDeviceCount(&devices);
  if (status == cudaSuccess && devices == 0) status = cudaErrorNoDevice;
  cudaDeviceProp properties{};
  if (status == cudaSuccess) status = cudaGetDeviceProperties(&properties, 0);
  if (status != cudaSuccess) {
    std::snprintf(gpu->name, sizeof gpu->name, "%s", cudaGetErrorString(status));
    return 0;
  }
  std::snprintf(gpu->name, sizeof gpu->name, "%s", properties.name);
  gpu->memory = static_cast<std::int64_t>(properties.totalGlobalMem);
  gpu->bf16 = properties.major >= 8 ? 1 : 0;
  for (std::size_t i = 0; i < sizeof properties.uuid.bytes; ++i)
    std::snprintf(gpu->id + 2 * i, 3, "%02x", static_cast<unsigned char>(properties.uuid.bytes[i]));
  return 1;
}

// The GPUs of several processes, joined by c10d's NCCL.
#include <chrono>
#include <cstdlib>
#include <utility>
#include <vector>

#include "temper/train/cuda_module.h"

#define USE_C10D_NCCL  // what LibTorch's CUDA library is built with
#include <ATen/ops/zeros.h>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

namespace {

/// What c10d would do about a lost rank or a long wait: end the process, with a message of its own.
/// That is up to Group, whose heartbeats know which rank is lost.
void leave_errors_to_group() {
  ::setenv("TORCH_NCCL_ASYNC_ERROR_HANDLING", "0", 1);
  ::setenv("TORCH_NCCL_ENABLE_MONITORING", "0", 1);
  ::setenv("TORCH_NCCL_BLOCKING_WAIT", "0", 1);
  ::setenv("TORCH_NCCL_DUMP_ON_TIMEOUT", "0", 1);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) void* temper_join_gpus(const void* store,
                                                                         int rank, int size) {
  leave_errors_to_group();
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = std::chrono::hours(24 * 20);
  auto gpus = c10::make_intrusive<c10d::ProcessGroupNCCL>(
      *static_cast<const c10::intrusive_ptr<c10d::Store>*>(store), rank, size, options);
  // NCCL connects at the first operation.
  std::vector<at::Tensor> tensors{at::zeros({1}, at::TensorOptions(at::Device(at::kCUDA, 0)))};
  gpus->allreduce(tensors)->wait();
  (void)tensors.front().cpu();
  return c10::intrusive_ptr<c10d::Backend>(std::move(gpus)).release();
}

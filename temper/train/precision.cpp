#include "temper/train/precision.h"

#include "temper/core/error.h"

namespace temper::train {

using recipe::Precision;

namespace {

/// Every processor with AMX has AVX512-BF16 too.
bool has_bf16() {
  return __builtin_cpu_supports("avx512bf16") != 0;
}

/// Whether LibTorch's convolutions are faster in bf16, as measured (docs/performance.md):
/// AVX512-BF16 alone is slower on Intel's processors, and faster on AMD's.
bool is_faster_in_bf16() {
  return __builtin_cpu_supports("amx-bf16") != 0 || (has_bf16() && __builtin_cpu_is("amd") != 0);
}

}  // namespace

Precision resolve_precision(Precision asked, const ComputeDevice& processor) {
  const bool gpu = processor.device == recipe::Device::cuda;
  const bool native = gpu ? processor.bf16 : has_bf16();
  if (asked == Precision::bf16 && !native)
    throw Error(Code::usage, {.option = "precision"},
                "precision = \"bf16\": this processor has no bf16 arithmetic (AVX512-BF16, AMX, or "
                "a GPU from Ampere on) and would emulate it a hundred times slower than fp32; use "
                "\"fp32\" or \"auto\"");
  if (asked != Precision::automatic) return asked;
  const bool faster = gpu ? native : is_faster_in_bf16();
  return faster ? Precision::bf16 : Precision::fp32;
}

at::ScalarType format_of(Precision precision) {
  return precision == Precision::bf16 ? at::kBFloat16 : at::kFloat;
}

at::ScalarType format_here(Precision of_run) {
  if (of_run == Precision::bf16 && !has_bf16()) return at::kFloat;
  return format_of(resolve_precision(of_run, {}));
}

}  // namespace temper::train

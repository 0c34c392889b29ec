#include "temper/train/precision.h"

#include <ATen/autocast_mode.h>

#include "temper/core/error.h"

namespace temper::train {

using recipe::Precision;

Precision resolve_precision(Precision asked, const Processor& processor) {
  // Every processor with AMX has AVX512-BF16 too.
  const bool native = processor.device == recipe::Device::cuda
                          ? processor.bf16
                          : __builtin_cpu_supports("avx512bf16") != 0;
  if (asked == Precision::bf16 && !native)
    throw Error(Code::usage,
                "precision = \"bf16\": this processor has no bf16 arithmetic (AVX512-BF16, AMX, or "
                "a GPU from "
                "Ampere on) and would emulate it "
                "a hundred times slower than fp32; use \"fp32\" or \"auto\"");
  if (asked != Precision::automatic) return asked;
  return native ? Precision::bf16 : Precision::fp32;
}

PrecisionScope::PrecisionScope(Precision precision, at::DeviceType device)
    : device_(device), active_(precision == Precision::bf16) {
  if (!active_) return;
  at::autocast::set_autocast_enabled(device_, true);
  at::autocast::set_autocast_dtype(device_, at::kBFloat16);
  at::autocast::increment_nesting();
}

PrecisionScope::~PrecisionScope() {
  if (!active_) return;
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(device_, false);
}

}  // namespace temper::train

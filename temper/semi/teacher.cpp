#include "temper/semi/teacher.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>

namespace temper::semi {

double decay_at(const TeacherOptions& options, std::int64_t step) {
  if (!options.ema_warmup) return options.ema_decay;
  return std::min(1 - 1 / (static_cast<double>(step) + 1), options.ema_decay);
}

void update_teacher(const at::Tensor& teacher, const at::Tensor& trained, double decay) {
  const at::NoGradGuard guard;
  teacher.mul_(decay).add_(trained, 1 - decay);
}

}  // namespace temper::semi

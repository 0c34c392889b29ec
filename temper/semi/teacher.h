#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <tuple>

#include "temper/core/fields.h"

namespace temper::semi {

/// The teacher of mean teacher and interpolation consistency training: a network whose parameters
/// are a moving average of the trained ones. It predicts in training mode, with the statistics of
/// its batches.
struct TeacherOptions {
  double ema_decay = 0.999;
  bool ema_warmup = true;

  static constexpr auto fields() {
    return std::tuple{
        field(&TeacherOptions::ema_decay,
              {.name = "ema_decay",
               .meaning = "decay of the moving average that the teacher's parameters are",
               .bounds = {0, 1, false, true},
               .scheduled = true}),
        field(&TeacherOptions::ema_warmup,
              {.name = "ema_warmup",
               .meaning = "limit the decay after step t to 1 - 1 / (t + 1), so that the teacher "
                          "begins as the mean of the parameters, as in the authors' code"})};
  }
};

/// The decay after a step. @param step  from 1
double decay_at(const TeacherOptions& options, std::int64_t step);

/// teacher <- decay * teacher + (1 - decay) * trained, in place.
void update_teacher(const at::Tensor& teacher, const at::Tensor& trained, double decay);

}  // namespace temper::semi

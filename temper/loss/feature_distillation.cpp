#include "temper/loss/feature_distillation.h"

#include <ATen/ops/cosine_similarity.h>
#include <ATen/ops/rsub.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "temper/core/error.h"
#include "temper/loss/mean.h"

namespace temper::loss {

at::Tensor feature_distance(const at::Tensor& student, const at::Tensor& teacher,
                            const Inputs& inputs) {
  if (student.sizes() != teacher.sizes())
    throw Error(Code::usage,
                fmt::format("distillation.features: the teacher's features have shape [{}], "
                            "expected [{}], that of the student's after the projection",
                            fmt::join(teacher.sizes(), ", "), fmt::join(student.sizes(), ", ")));
  const auto similarity =
      at::cosine_similarity(wide(student), wide(teacher.detach()), /*dim=*/1, /*eps=*/1e-8);
  return mean_over_rows(at::rsub(similarity, 1), inputs);
}

}  // namespace temper::loss

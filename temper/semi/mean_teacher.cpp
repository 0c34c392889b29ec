#include "temper/semi/mean_teacher.h"

#include "temper/semi/squares.h"

namespace temper::semi {

at::Tensor row_losses(const MeanTeacher& /*options*/, const Inputs& inputs) {
  return squared_rows(inputs);
}

}  // namespace temper::semi

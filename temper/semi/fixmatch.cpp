#include "temper/semi/fixmatch.h"

#include "temper/semi/pseudo_label.h"

namespace temper::semi {

at::Tensor row_losses(const FixMatch& options, const Inputs& inputs) {
  return pseudo_label_rows(inputs.logits.select(1, 0), inputs.logits.select(1, 1),
                           options.threshold);
}

}  // namespace temper::semi

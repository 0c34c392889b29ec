#include "temper/measure/view_mean.h"

#include <ATen/ops/add.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/logaddexp.h>
#include <ATen/ops/mul.h>

#include <cmath>

namespace temper::measure {

void ViewMean::add(const at::Tensor& outputs, double weight) {
  const bool of_probabilities = what_ == ViewAverage::probabilities;
  const auto term = of_probabilities
                        ? at::log_softmax(outputs.to(at::kDouble), 1).add(std::log(weight))
                        : outputs.to(at::kDouble).mul(weight);
  if (!sum_.defined())
    sum_ = term;
  else
    sum_ = of_probabilities ? at::logaddexp(sum_, term) : sum_.add(term);
}

at::Tensor ViewMean::result() const {
  return sum_.to(at::kFloat);
}

}  // namespace temper::measure

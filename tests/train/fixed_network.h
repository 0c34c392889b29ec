#pragma once
#include <ATen/ops/flatten.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros.h>

#include <vector>

#include "temper/model/network.h"

namespace temper::train::small {

/// A linear classifier, which takes images of one size only.
class FixedNetwork : public model::Network {
 public:
  explicit FixedNetwork(const model::Task& task)
      : parameters_{{"weight",
                     at::zeros({task.channels * task.height * task.width, task.classes}, at::kFloat)
                         .set_requires_grad(true),
                     model::ParameterKind::weight}} {}
  at::Tensor compute(const at::Tensor& images) override {
    return images.flatten(1).matmul(parameters_[0].value);
  }
  void train(bool /*on*/) override {}
  [[nodiscard]] const std::vector<model::Parameter>& parameters() const override {
    return parameters_;
  }
  [[nodiscard]] const std::vector<model::Buffer>& buffers() const override { return buffers_; }
  void to(at::Device /*device*/) override {}

 private:
  std::vector<model::Parameter> parameters_;
  std::vector<model::Buffer> buffers_;
};

}  // namespace temper::train::small

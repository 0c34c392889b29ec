#include "temper/model/cast_parameter.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/variable.h>

#include <utility>

#include "temper/model/tensor_version.h"

namespace temper::model {

struct CastParameter::Copy {
  at::Tensor numbers;
  TensorVersion of = {};  ///< the parameter's, less the version of `numbers`
};

namespace {

namespace autograd = torch::autograd;

/// Casts the gradient of a copy to the format of the parameter.
class CopyBackward final : public autograd::Node {
 public:
  at::ScalarType format = at::kFloat;  ///< the parameter's

  // NOLINTNEXTLINE(misc-override-with-different-visibility): as LibTorch's own nodes
  autograd::variable_list apply(autograd::variable_list&& incoming) override {
    const at::NoGradGuard guard;
    return {incoming[0].defined() ? incoming[0].to(format) : at::Tensor()};
  }
};

}  // namespace

CastParameter::CastParameter(at::Tensor parameter)
    : parameter_(std::move(parameter)),
      copy_(std::make_shared<Copy>(Copy{.numbers = at::empty({0}, at::kBFloat16)})) {}

const at::Tensor& CastParameter::copy() const {
  return copy_->numbers;
}

at::Tensor CastParameter::in(at::ScalarType format) const {
  if (parameter_.scalar_type() == format) return parameter_;
  const auto& copy = copy_->numbers;
  auto now = TensorVersion::of(parameter_);
  now.version -= static_cast<std::int64_t>(copy._version());
  if (!(copy_->of == now) || copy.scalar_type() != format) {
    // A tensor that is made in inference mode can't be used in training.
    const c10::InferenceMode outside(false);
    const at::NoGradGuard guard;
    copy.set_data(parameter_.to(format));
    copy_->of = now;
  }
  auto operand = copy.detach();  // keeps its numbers when those of the copy are replaced
  if (!at::GradMode::is_enabled() || !parameter_.requires_grad()) return operand;
  const std::shared_ptr<CopyBackward> node(new CopyBackward, autograd::deleteNode);
  node->set_next_edges(autograd::collect_next_edges(parameter_));
  node->format = parameter_.scalar_type();
  autograd::set_history(operand, node);
  return operand;
}

}  // namespace temper::model

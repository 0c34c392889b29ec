#include "temper/model/module.h"

#include <ATen/core/grad_mode.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/instancenorm.h>
#include <torch/nn/modules/normalization.h>

#include <set>
#include <string>
#include <vector>

#include "temper/model/weights.h"

namespace temper::model {
namespace {

template <class... Types>
bool is_any(const torch::nn::Module& module) {
  return ((dynamic_cast<const Types*>(&module) != nullptr) || ...);
}

bool normalises(const torch::nn::Module& module) {
  namespace nn = torch::nn;
  return is_any<nn::BatchNorm1dImpl, nn::BatchNorm2dImpl, nn::BatchNorm3dImpl,
                nn::InstanceNorm1dImpl, nn::InstanceNorm2dImpl, nn::InstanceNorm3dImpl,
                nn::LayerNormImpl, nn::GroupNormImpl>(module);
}

ParameterKind kind_of_parameter(const torch::nn::Module& module, const at::Tensor& value) {
  if (normalises(module)) return ParameterKind::norm;
  return value.dim() <= 1 ? ParameterKind::bias : ParameterKind::weight;
}

class Wrapped final : public Network {
 public:
  Wrapped(std::shared_ptr<torch::nn::Module> module,
          std::function<at::Tensor(const at::Tensor&)> forward)
      : module_(std::move(module)), forward_(std::move(forward)) {
    // A module or parameter that is registered twice is still one: an update must reach it once.
    std::set<const void*> seen;
    const auto once = [&](const at::Tensor& tensor) {
      return tensor.defined() && seen.insert(tensor.unsafeGetTensorImpl()).second;
    };
    for (const auto& part : module_->named_modules("", /*include_self=*/true)) {
      const auto prefix = part.key().empty() ? std::string() : part.key() + ".";
      for (const auto& item : part.value()->named_parameters(/*recurse=*/false))
        if (once(item.value()))
          parameters_.push_back(
              {prefix + item.key(), item.value(), kind_of_parameter(*part.value(), item.value())});
      for (const auto& item : part.value()->named_buffers(/*recurse=*/false))
        if (once(item.value())) buffers_.push_back({prefix + item.key(), item.value()});
    }
    const at::NoGradGuard guard;
    for (auto& parameter : parameters_)
      if (parameter.value.dim() == 4) parameter.value.set_data(channels_last(parameter.value));
  }

  at::Tensor forward(const at::Tensor& images) override { return forward_(images); }
  void train(bool on) override { module_->train(on); }
  [[nodiscard]] const std::vector<Parameter>& parameters() const override { return parameters_; }
  [[nodiscard]] const std::vector<Buffer>& buffers() const override { return buffers_; }
  void to(at::Device device) override { module_->to(device); }

 private:
  std::shared_ptr<torch::nn::Module> module_;
  std::function<at::Tensor(const at::Tensor&)> forward_;
  std::vector<Parameter> parameters_;
  std::vector<Buffer> buffers_;
};

}  // namespace

std::unique_ptr<Network> wrap(std::shared_ptr<torch::nn::Module> module,
                              std::function<at::Tensor(const at::Tensor&)> forward) {
  return std::make_unique<Wrapped>(std::move(module), std::move(forward));
}

}  // namespace temper::model

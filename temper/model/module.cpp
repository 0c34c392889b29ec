#include "temper/model/module.h"

#include <ATen/core/grad_mode.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/instancenorm.h>
#include <torch/nn/modules/normalization.h>

#include <set>
#include <string>
#include <string_view>
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

ParameterKind kind_of_parameter(const torch::nn::Module& module, std::string_view name,
                                const at::Tensor& value) {
  if (normalises(module))
    return name == "bias" ? ParameterKind::norm_bias : ParameterKind::norm_weight;
  return value.dim() <= 1 ? ParameterKind::bias : ParameterKind::weight;
}

template <class... Types>
torch::nn::BatchNormOptions* options_of_any(torch::nn::Module& module) {
  torch::nn::BatchNormOptions* found = nullptr;
  const auto look = [&](auto* norm) { found = norm != nullptr ? &norm->options : found; };
  (look(dynamic_cast<Types*>(&module)), ...);
  return found;
}

/// Null for a module of another type.
torch::nn::BatchNormOptions* options_of_batch_norm(torch::nn::Module& module) {
  namespace nn = torch::nn;
  return options_of_any<nn::BatchNorm1dImpl, nn::BatchNorm2dImpl, nn::BatchNorm3dImpl>(module);
}

class Wrapped final : public Network {
 public:
  Wrapped(std::shared_ptr<torch::nn::Module> module,
          std::function<at::Tensor(const at::Tensor&)> forward)
      : module_(std::move(module)), forward_(std::move(forward)) {
    // A module or parameter that is registered twice is listed once, so that it is updated once.
    std::set<const void*> seen;
    const auto once = [&](const at::Tensor& tensor) {
      return tensor.defined() && seen.insert(tensor.unsafeGetTensorImpl()).second;
    };
    std::int64_t layer = 0;
    for (const auto& part : module_->named_modules("", /*include_self=*/true)) {
      if (auto* norm = options_of_batch_norm(*part.value());
          norm != nullptr && norm->track_running_stats()) {
        statistics_.emplace_back(norm, norm->momentum());
        norms_.push_back(part.value().get());
      }
      const auto prefix = part.key().empty() ? std::string() : part.key() + ".";
      const auto before = parameters_.size();
      for (const auto& item : part.value()->named_parameters(/*recurse=*/false))
        if (once(item.value()))
          parameters_.push_back({prefix + item.key(), item.value(),
                                 kind_of_parameter(*part.value(), item.key(), item.value()),
                                 layer});
      if (parameters_.size() > before) ++layer;
      for (const auto& item : part.value()->named_buffers(/*recurse=*/false))
        if (once(item.value())) buffers_.push_back({prefix + item.key(), item.value()});
    }
    const at::NoGradGuard guard;
    for (auto& parameter : parameters_)
      if (parameter.value.dim() == 4) parameter.value.set_data(channels_last(parameter.value));
  }

  void train(bool on) override {
    module_->train(on);
    if (norm_eval_)
      for (auto* norm : norms_) norm->eval();
  }
  bool set_statistics_momentum(std::optional<double> momentum) override {
    for (const auto& [options, built_with] : statistics_)
      options->momentum(momentum ? momentum : built_with);
    return !statistics_.empty() && !norm_eval_;
  }
  bool set_norm_eval(bool on) override {
    norm_eval_ = on;
    train(module_->is_training());
    return !norms_.empty();
  }
  [[nodiscard]] const std::vector<Parameter>& parameters() const override { return parameters_; }
  [[nodiscard]] const std::vector<Buffer>& buffers() const override { return buffers_; }
  void to(at::Device device) override { module_->to(device); }

 protected:
  at::Tensor compute(const at::Tensor& images) override { return forward_(images); }

 private:
  std::shared_ptr<torch::nn::Module> module_;
  std::function<at::Tensor(const at::Tensor&)> forward_;
  std::vector<Parameter> parameters_;
  std::vector<Buffer> buffers_;
  std::vector<std::pair<torch::nn::BatchNormOptions*, std::optional<double>>> statistics_;
  std::vector<torch::nn::Module*> norms_;  ///< BatchNorm layers with running statistics
  bool norm_eval_ = false;
};

}  // namespace

std::unique_ptr<Network> wrap(std::shared_ptr<torch::nn::Module> module,
                              std::function<at::Tensor(const at::Tensor&)> forward) {
  return std::make_unique<Wrapped>(std::move(module), std::move(forward));
}

}  // namespace temper::model

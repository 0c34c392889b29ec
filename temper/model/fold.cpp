#include "temper/model/fold.h"

#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/convolution.h>
#include <c10/core/InferenceMode.h>

#include <array>
#include <optional>
#include <string_view>

#include "temper/model/tensor_version.h"

namespace temper::model {

struct Fold::Folded {
  std::array<TensorVersion, 5> of;
  at::Tensor weight;
  at::Tensor bias;
};

namespace {

using Scalars = c10::List<std::optional<at::Scalar>>;

/// LibTorch's convolutions with fused operations on their output, which its compiler uses. No
/// header declares them.
using Unary = at::Tensor(const at::Tensor& x, const at::Tensor& weight,
                         const std::optional<at::Tensor>& bias, at::IntArrayRef padding,
                         at::IntArrayRef stride, at::IntArrayRef dilation, std::int64_t groups,
                         std::string_view what, Scalars scalars,
                         std::optional<std::string_view> algorithm);
using Binary = at::Tensor(const at::Tensor& x, const at::Tensor& other, const at::Tensor& weight,
                          const std::optional<at::Tensor>& bias, at::IntArrayRef padding,
                          at::IntArrayRef stride, at::IntArrayRef dilation, std::int64_t groups,
                          std::string_view binary, std::optional<at::Scalar> alpha,
                          std::optional<std::string_view> unary, Scalars scalars,
                          std::optional<std::string_view> algorithm);

template <class Signature>
std::optional<c10::TypedOperatorHandle<Signature>> find(const char* overload) {
  const auto found =
      c10::Dispatcher::singleton().findSchema({"mkldnn::_convolution_pointwise", overload});
  if (!found) return std::nullopt;
  return found->typed<Signature>();
}

at::Tensor convolve(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                    const Window& window, const at::Tensor& added, bool relu) {
  static const auto unary = find<Unary>("");
  static const auto binary = find<Binary>("binary");
  const std::array padding{window.padding, window.padding};
  const std::array stride{window.stride, window.stride};
  const std::array<std::int64_t, 2> dilation{1, 1};
  // LibTorch 2.11.0 fails to add to a result of one pixel: "could not create a memory".
  const bool one_pixel = added.defined() && added.size(2) * added.size(3) == 1;
  if (added.defined() && binary && !one_pixel)
    return binary->call(x, added, weight, bias, padding, stride, dilation, window.groups, "add",
                        1.0, relu ? std::optional<std::string_view>("relu") : std::nullopt,
                        Scalars(), std::nullopt);
  if (!added.defined() && unary)
    return unary->call(x, weight, bias, padding, stride, dilation, window.groups,
                       relu ? "relu" : "none", Scalars(), std::nullopt);
  auto y = at::convolution(x, weight, bias, stride, padding, dilation, /*transposed=*/false, {0, 0},
                           window.groups);
  if (added.defined()) y = y.add_(added);
  return relu ? y.relu_() : y;
}

}  // namespace

Fold::Fold() : kept_(std::make_shared<Folded>()) {}

at::Tensor Fold::operator()(const at::Tensor& weight, const Window& window,
                            const Normalisation& norm, const at::Tensor& x,
                            const Fused& fused) const {
  const std::array of{TensorVersion::of(weight), TensorVersion::of(norm.weight),
                      TensorVersion::of(norm.bias), TensorVersion::of(norm.running_mean),
                      TensorVersion::of(norm.running_var)};
  const at::NoGradGuard guard;
  auto& kept = *kept_;
  if (kept.of != of || kept.weight.scalar_type() != x.scalar_type()) {
    // A tensor that is made in inference mode can't be used outside of it.
    const c10::InferenceMode outside(false);
    const auto scale = norm.weight.mul(norm.running_var.add(norm.epsilon).rsqrt_());
    kept.weight = weight.mul(scale.view({-1, 1, 1, 1})).to(x.scalar_type());
    kept.bias = norm.bias.sub(norm.running_mean.mul(scale)).to(x.scalar_type());
    kept.of = of;
  }
  return convolve(x, kept.weight, kept.bias, window, fused.added, fused.relu);
}

}  // namespace temper::model

#include "temper/model/fold.h"

#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/convolution.h>
#include <c10/core/InferenceMode.h>

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "temper/model/tensor_version.h"

namespace temper::model {

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

/// Brings a weight into the layout of the kernel for inputs of a size.
using Order = at::Tensor(const at::Tensor& weight, at::IntArrayRef padding, at::IntArrayRef stride,
                         at::IntArrayRef dilation, std::int64_t groups,
                         at::OptionalIntArrayRef input);

template <class Signature>
std::optional<c10::TypedOperatorHandle<Signature>> find(const char* name, const char* overload) {
  const auto found = c10::Dispatcher::singleton().findSchema({name, overload});
  if (!found) return std::nullopt;
  return found->typed<Signature>();
}

/// The arguments that a window stands for.
struct Geometry {
  explicit Geometry(const Window& window)
      : padding{window.padding, window.padding}, stride{window.stride, window.stride} {}

  std::array<std::int64_t, 2> padding;
  std::array<std::int64_t, 2> stride;
  std::array<std::int64_t, 2> dilation{1, 1};
};

/// A weight in the layout that oneDNN's kernel reads. Without it every call would reorder the
/// weight, which takes longer than the convolution of a single image.
struct OrderedWeight {
  at::Tensor weight = {};
  /// Size of the images that the layout was chosen for. Other numbers of images can use it, too.
  std::vector<std::int64_t> input = {};

  at::Tensor of(const at::Tensor& plain, const at::Tensor& x, const Window& window) {
    static const auto order = find<Order>("mkldnn::_reorder_convolution_weight", "");
    if (!order) return plain;
    if (const auto image = x.sizes().slice(1); !weight.defined() || image != input) {
      const c10::InferenceMode outside(false);
      const Geometry geometry(window);
      weight = order->call(plain, geometry.padding, geometry.stride, geometry.dilation,
                           window.groups, x.sizes());
      input = image.vec();
    }
    return weight;
  }
};

at::Tensor convolve(const at::Tensor& x, const at::Tensor& weight, OrderedWeight& ordered,
                    const at::Tensor& bias, const Window& window, const Fused& fused) {
  constexpr auto name = "mkldnn::_convolution_pointwise";
  static const auto unary = find<Unary>(name, "");
  static const auto binary = find<Binary>(name, "binary");
  const Geometry geometry(window);
  const auto& [padding, stride, dilation] = geometry;
  const auto& added = fused.added;
  // LibTorch 2.11.0 fails to add to a result of one pixel: "could not create a memory".
  const bool one_pixel = added.defined() && added.size(2) * added.size(3) == 1;
  if (added.defined() && binary && !one_pixel)
    return binary->call(x, added, ordered.of(weight, x, window), bias, padding, stride, dilation,
                        window.groups, "add", 1.0,
                        fused.relu ? std::optional<std::string_view>("relu") : std::nullopt,
                        Scalars(), std::nullopt);
  if (!added.defined() && unary)
    return unary->call(x, ordered.of(weight, x, window), bias, padding, stride, dilation,
                       window.groups, fused.relu ? "relu" : "none", Scalars(), std::nullopt);
  auto y = at::convolution(x, weight, bias, stride, padding, dilation, /*transposed=*/false, {0, 0},
                           window.groups);
  if (added.defined()) y = y.add_(added);
  return fused.relu ? y.relu_() : y;
}

}  // namespace

struct Fold::Folded {
  std::array<TensorVersion, 5> of;
  at::Tensor weight;
  at::Tensor bias;
  OrderedWeight ordered;
};

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
    kept.ordered = {};
    kept.of = of;
  }
  return convolve(x, kept.weight, kept.ordered, kept.bias, window, fused);
}

}  // namespace temper::model

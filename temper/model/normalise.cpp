#include "temper/model/normalise.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/relu.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/graph_task.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "temper/core/parallel.h"
#include "temper/model/norm_kernels.h"
#include "temper/model/normalise_together.h"

namespace temper::model {
namespace {

namespace autograd = torch::autograd;
using kernels::Mask;
using kernels::Part;

bool has_kernels(const at::Tensor& x) {
  return x.is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16) &&
         x.is_contiguous(at::MemoryFormat::ChannelsLast);
}

/// `other` in the number format of `like` and in channels-last layout, as kernels expect.
at::Tensor as(const at::Tensor& like, const at::Tensor& other) {
  if (!other.defined() || (other.scalar_type() == like.scalar_type() &&
                           other.is_contiguous(at::MemoryFormat::ChannelsLast)))
    return other;
  return other.to(like.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
}

template <class T>
const T* data(const at::Tensor& tensor) {
  return tensor.defined() ? static_cast<const T*>(tensor.const_data_ptr()) : nullptr;
}

template <class T>
T* writable(const at::Tensor& tensor) {
  return tensor.defined() ? static_cast<T*>(tensor.mutable_data_ptr()) : nullptr;
}

/// Calls body.operator()<T>() for the element type of a tensor.
template <class Body>
void for_type(const at::Tensor& x, const Body& body) {
  if (x.scalar_type() == at::kFloat)
    body.template operator()<float>();
  else
    body.template operator()<kernels::Bf16>();
}

/// The pixels of a tensor in parts, one per thread.
class Parts {
 public:
  explicit Parts(const at::Tensor& x)
      : channels_(x.size(1)), pixels_(x.numel() / channels_), count_(parts(x.numel())) {}

  [[nodiscard]] std::int64_t channels() const { return channels_; }
  [[nodiscard]] std::int64_t pixels() const { return pixels_; }

  /// Calls body(part, index of the part).
  template <class Body>
  void run(const Body& body) const {
    parallel_for(count_, 1, [&](std::int64_t first, std::int64_t last) {
      for (auto i = first; i < last; ++i)
        body(Part{i * pixels_ / count_, (i + 1) * pixels_ / count_, channels_}, i);
    });
  }

  /// Two sums per channel over all parts, added in their order.
  /// @param add  add(part, first, second)
  template <class Add>
  [[nodiscard]] std::vector<double> sums(const Add& add) const {
    const auto each = static_cast<std::size_t>(2 * channels_);
    std::vector<double> all(each * static_cast<std::size_t>(count_));
    run([&](const Part& part, std::int64_t i) {
      double* const own = all.data() + static_cast<std::size_t>(i) * each;
      add(part, own, own + channels_);
    });
    for (std::size_t i = each; i < all.size(); ++i) all[i % each] += all[i];
    all.resize(each);
    return all;
  }

 private:
  /// Minimum number of elements per thread, below which starting it does not pay.
  static constexpr std::int64_t kMinPerThread = 16384;

  static std::int64_t parts(std::int64_t numbers) {
    return std::clamp<std::int64_t>(numbers / kMinPerThread, 1, at::get_num_threads());
  }

  std::int64_t channels_;
  std::int64_t pixels_;
  std::int64_t count_;
};

/// The statistics of each channel.
struct Statistics {
  std::vector<float> mean;
  std::vector<float> inverse;  ///< 1 / standard deviation
};

void move(const at::Tensor& running, std::size_t channel, double momentum, double value) {
  auto& now = writable<float>(running)[channel];
  now = static_cast<float>((1 - momentum) * static_cast<double>(now) + momentum * value);
}

/// A value near the mean of every channel, within about its standard deviation.
std::vector<float> first_pixel(const at::Tensor& x) {
  const auto pixel = x.detach().select(0, 0).select(1, 0).select(1, 0).to(at::kFloat).contiguous();
  return {data<float>(pixel), data<float>(pixel) + pixel.numel()};
}

/// Adds the sums of other processes to those of this one, and their pixels to its number of them.
/// Each process has subtracted a shift of its own from its values; the running mean, which they
/// have in common, becomes that of all.
void add_others(BatchSums& others, const at::Tensor& running_mean, std::vector<float>& shift,
                std::vector<double>& sums, double& n) {
  const auto channels = shift.size();
  const auto* common = data<float>(running_mean);
  for (std::size_t c = 0; c < channels; ++c) {
    const auto off = static_cast<double>(shift[c]) - static_cast<double>(common[c]);
    sums[channels + c] += off * (2 * sums[c] + n * off);
    sums[c] += n * off;
    shift[c] = common[c];
  }
  sums.push_back(n);
  others.sum(sums);
  n = sums.back();
  sums.pop_back();
}

/// The statistics of the batch; updates the running ones.
/// @param n  set to the number of values of each channel
Statistics measure(const Normalisation& norm, const Mode& mode, const at::Tensor& x,
                   const Parts& parts, double& n) {
  const auto momentum = mode.momentum.value_or(norm.momentum);
  const auto channels = static_cast<std::size_t>(parts.channels());
  auto shift = first_pixel(x);
  std::vector<double> sums;
  for_type(x, [&]<class T>() {
    sums = parts.sums([&](const Part& part, double* sum, double* squares) {
      kernels::add_moments(part, data<T>(x), shift.data(), sum, squares);
    });
  });
  n = static_cast<double>(parts.pixels());
  if (mode.sums != nullptr) add_others(*mode.sums, norm.running_mean, shift, sums, n);
  Statistics result{std::vector<float>(channels), std::vector<float>(channels)};
  for (std::size_t c = 0; c < channels; ++c) {
    const double off = sums[c] / n;
    const double mean = static_cast<double>(shift[c]) + off;
    // Rounding may make it slightly negative.
    const double difference = sums[channels + c] / n - off * off;
    const double variance = difference < 0 ? 0 : difference;
    result.mean[c] = static_cast<float>(mean);
    result.inverse[c] = static_cast<float>(1 / std::sqrt(variance + norm.epsilon));
    move(norm.running_mean, c, momentum, mean);
    move(norm.running_var, c, momentum, variance * n / (n - 1));
  }
  for (const auto& running : {norm.running_mean, norm.running_var})
    if (!running.is_inference()) running.unsafeGetTensorImpl()->bump_version();
  return result;
}

Statistics running(const Normalisation& norm) {
  const auto channels = static_cast<std::size_t>(norm.weight.numel());
  const auto* mean = data<float>(norm.running_mean);
  const auto* variance = data<float>(norm.running_var);
  Statistics result{{mean, mean + channels}, std::vector<float>(channels)};
  for (std::size_t c = 0; c < channels; ++c)
    result.inverse[c] =
        static_cast<float>(1 / std::sqrt(static_cast<double>(variance[c]) + norm.epsilon));
  return result;
}

/// Scale and offset of the forward pass.
struct Scaling {
  std::vector<float> scale;
  std::vector<float> offset;

  [[nodiscard]] kernels::Affine affine() const { return {scale.data(), offset.data()}; }
};

Scaling scaling(const Normalisation& norm, const Statistics& statistics) {
  const auto* weight = data<float>(norm.weight);
  const auto* bias = data<float>(norm.bias);
  const auto channels = statistics.mean.size();
  Scaling result{std::vector<float>(channels), std::vector<float>(channels)};
  for (std::size_t c = 0; c < channels; ++c) {
    result.scale[c] = weight[c] * statistics.inverse[c];
    result.offset[c] = bias[c] - statistics.mean[c] * result.scale[c];
  }
  return result;
}

/// The backward pass of normalise().
class NormaliseBackward final : public autograd::Node {
 public:
  // The outgoing edges of gradients.
  enum Edge : std::uint8_t { kInput, kWeight, kBias, kAdded };

  at::Tensor x;
  at::Tensor output;  ///< undefined if the mask does not need it
  at::Tensor weight;
  Statistics statistics;
  Scaling forward;
  Mask mask = Mask::none;
  bool training = false;
  bool consumes = false;
  BatchSums* others = nullptr;
  double count = 0;  ///< values of each channel in the batch

  void release_variables() override { x = output = weight = at::Tensor(); }

  // NOLINTNEXTLINE(misc-override-with-different-visibility): as LibTorch's own nodes
  autograd::variable_list apply(autograd::variable_list&& incoming) override {
    const at::NoGradGuard guard;
    autograd::variable_list result(4);
    if (!incoming[0].defined()) std::swap(incoming[0], incoming[1]);
    if (!incoming[0].defined()) return result;
    TORCH_CHECK(x.defined(), "a second backward pass through a graph that is not retained");
    const auto first = as(x, incoming[0]);
    const auto second = as(x, incoming[1]);
    incoming.clear();
    for_type(x, [&]<class T>() { gradients<T>(first, second, result); });
    return result;
  }

 private:
  [[nodiscard]] bool wants(Edge edge) const { return task_should_compute_output(edge); }

  template <class T>
  void gradients(const at::Tensor& first, const at::Tensor& second,
                 autograd::variable_list& result) {
    const Parts parts(x);
    kernels::Gradient<T> gradient{data<T>(first), data<T>(second), mask, forward.affine(),
                                  data<T>(output)};
    std::vector<double> sums(static_cast<std::size_t>(2 * parts.channels()));
    if (wants(kAdded)) result[kAdded] = at::empty_like(x);
    if (wants(kAdded) || training || wants(kWeight) || wants(kBias)) {
      const kernels::GradientSums<T> what{gradient, data<T>(x), statistics.mean.data(),
                                          writable<T>(result[kAdded])};
      sums = parts.sums([&](const Part& part, double* sum, double* products) {
        kernels::add_gradient_sums(part, what, sum, products);
      });
    }
    if (result[kAdded].defined())
      gradient = {data<T>(result[kAdded]), nullptr, Mask::none, {}, nullptr};
    if (wants(kWeight) || wants(kBias)) of_parameters(sums, result);
    if (wants(kInput)) {
      if (training && others != nullptr) others->sum(sums);
      result[kInput] = of_input(gradient, parts, sums);
    }
  }

  void of_parameters(const std::vector<double>& sums, autograd::variable_list& result) const {
    const auto channels = statistics.mean.size();
    for (const auto edge : {kWeight, kBias}) result[edge] = at::empty_like(weight);
    for (std::size_t c = 0; c < channels; ++c) {
      writable<float>(result[kWeight])[c] =
          static_cast<float>(sums[channels + c] * static_cast<double>(statistics.inverse[c]));
      writable<float>(result[kBias])[c] = static_cast<float>(sums[c]);
    }
  }

  /// With h = (x - mean) * inverse and means over the batch:
  /// scale * (g - mean(g) - h * mean(g * h)); outside training scale * g.
  template <class T>
  at::Tensor of_input(const kernels::Gradient<T>& gradient, const Parts& parts,
                      const std::vector<double>& sums) {
    const auto channels = statistics.mean.size();
    const auto n = count;
    std::vector<float> b(channels);
    std::vector<float> c(channels);
    for (std::size_t i = 0; training && i < channels; ++i) {
      const auto scale = static_cast<double>(forward.scale[i]);
      const auto inverse = static_cast<double>(statistics.inverse[i]);
      const double slope = -scale * inverse * inverse * sums[channels + i] / n;
      b[i] = static_cast<float>(slope);
      c[i] = static_cast<float>(-slope * static_cast<double>(statistics.mean[i]) -
                                scale * sums[i] / n);
    }
    const bool free = consumes && !autograd::get_current_graph_task_keep_graph();
    const auto out = free ? x.detach() : at::empty_like(x);
    const kernels::InputGradient<T> what{gradient, data<T>(x), forward.scale.data(),
                                         b.data(), c.data(),   writable<T>(out)};
    parts.run([&](const Part& part, std::int64_t) { kernels::input_gradient(part, what); });
    return out;
  }
};

bool needs_graph(const Normalisation& norm, const at::Tensor& x, const at::Tensor& added) {
  return at::GradMode::is_enabled() &&
         autograd::compute_requires_grad(x, norm.weight, norm.bias, added);
}

/// With temper's own kernels.
Value normalise_with_kernels(const Normalisation& norm, const Mode& mode, const at::Tensor& x,
                             const Fused& fused) {
  const auto& [added, relu, consumes] = fused;
  const Parts parts(x);
  auto count = static_cast<double>(parts.pixels());
  auto statistics = mode.uses_batch() ? measure(norm, mode, x, parts, count) : running(norm);
  auto forward = scaling(norm, statistics);
  at::Tensor out;
  {
    const at::NoGradGuard guard;
    const auto addend = as(x, added);
    out = at::empty_like(x);
    for_type(x, [&]<class T>() {
      const kernels::Transform<T> what{data<T>(x), data<T>(addend), forward.affine(), relu,
                                       writable<T>(out)};
      parts.run([&](const Part& part, std::int64_t) { kernels::transform(part, what); });
    });
  }
  if (!needs_graph(norm, x, added)) return out;
  const std::shared_ptr<NormaliseBackward> node(new NormaliseBackward, autograd::deleteNode);
  node->set_next_edges(autograd::collect_next_edges(x, norm.weight, norm.bias, added));
  node->x = x.detach();
  node->weight = norm.weight.detach();
  node->statistics = std::move(statistics);
  node->forward = std::move(forward);
  node->training = mode.uses_batch();
  node->consumes = consumes;
  node->others = mode.sums;
  node->count = count;
  if (relu) node->mask = added.defined() ? Mask::output : Mask::input;
  if (node->mask == Mask::output) node->output = out.detach();
  const auto again = out.detach();
  autograd::set_history(out, node);
  autograd::set_history(again, node);
  return {out, again};
}

}  // namespace

Value normalise(const Normalisation& norm, const Mode& mode, const at::Tensor& x,
                const Fused& fused) {
  if (has_kernels(x) && norm.weight.scalar_type() == at::kFloat)
    return normalise_with_kernels(norm, mode, x, fused);
  auto y = mode.uses_batch() && mode.sums != nullptr
               ? normalise_together(norm, mode, x)
               : at::batch_norm(x, norm.weight, norm.bias, norm.running_mean, norm.running_var,
                                mode.uses_batch(), mode.momentum.value_or(norm.momentum),
                                norm.epsilon, /*cudnn_enabled=*/true);
  if (fused.added.defined()) y = y.add_(fused.added);
  return fused.relu ? y.relu_() : y;
}

}  // namespace temper::model

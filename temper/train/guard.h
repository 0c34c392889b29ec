#pragma once
#include <ATen/core/Tensor.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "temper/train/state.h"
#include "temper/train/tensors.h"

namespace temper::train {

/// A tensor of the state that is not finite.
struct NotFiniteTensor {
  std::string text;        ///< "the weight conv1.weight", "the buffer bn1.running_var",
                           ///< "average 1 of conv1.weight", "the optimizer's state
                           ///< exp_avg_sq/conv1.weight"
  bool is_buffer = false;  ///< see kAboutBuffers
};

/// The non-finite value (NaN or infinity) for which a step is not applied.
struct NotFinite {
  double loss = 0;
  std::string parameter = {};  ///< the first one, in the network's order, with a non-finite
                               ///< gradient; "" without any
  std::optional<NotFiniteTensor> tensor = {};  ///< only where the loss and all gradients are finite
};

/// Checks the loss, its gradients, and the buffers that the forward pass updated, before the
/// update. @return nothing where all are finite
std::optional<NotFinite> find_not_finite(const at::Tensor& loss, const State& state);

/// The first of the state's weights, buffers, averages and tensors of the optimizer that is not
/// finite (the square of a gradient above 1.8e19 is infinite in float32). Nothing where all are
/// finite. Buffers that were not finite at the start (State::finite_buffers) are left out, and with
/// State::shards the optimizer's state of other ranks.
std::optional<NotFiniteTensor> find_not_finite(const State& state);

/// The name of the first tensor that is not finite.
std::optional<std::string> find_not_finite(std::span<const Named> tensors);

/// The causes of such buffers, and what to do: a sentence for the end of a message.
inline constexpr std::string_view kAboutBuffers =
    "BatchNorm's running variance becomes NaN where a channel has a single value in a pass, and "
    "infinite where activations are so large that their variance exceeds 3.4e38: check the number "
    "of images in a pass (data.batch_size / data.micro_batches) and the normalization of the data";

}  // namespace temper::train

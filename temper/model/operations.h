#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "temper/core/fields.h"
#include "temper/model/value.h"

/// The operations of networks that have no tensors of their own. Those with tensors are in
/// layers.h.
namespace temper::model {

/// Activation functions, as torch.nn.functional defines them.
enum class Activation : std::uint8_t {
  none,
  relu,
  relu6,
  silu,
  gelu,
  hardswish,
  sigmoid,
  hardsigmoid
};

/// @param x  has no other reader: its memory may be reused
Value activate(Value x, Activation function);

/// function(x + y)
Value add(const Value& x, const Value& y, Activation function = Activation::none);

Value multiply(const Value& x, double factor);

/// @param scale  a factor for each channel of each image: [n, channels] or [n, channels, 1, 1]
Value multiply(const Value& x, const Value& scale);

Value max_pool(const Value& x, const Window& window);

/// The mean of each square of 2 x 2 pixels; at an odd border of those that are there.
Value average_pool(const Value& x);

/// A low-pass filter and a reduction to half of the resolution (arXiv:1904.11486): every channel is
/// convolved with the binomial filter (1 2 1) / 4 in both directions, with stride 2. The border is
/// reflected; a side of one pixel is repeated.
Value blur_pool(const Value& x);

/// The mean over height and width, [n, channels].
Value mean(const Value& x);

/// @param sides  pixels with value 0 to add: left, right, top, bottom
Value pad(const Value& x, const std::array<std::int64_t, 4>& sides);

/// @param count  channels with value 0 to append
Value pad_channels(const Value& x, std::int64_t count);

}  // namespace temper::model

template <>
struct temper::EnumNames<temper::model::Activation> {
  static constexpr std::array<std::string_view, 8> value{
      "none", "relu", "relu6", "silu", "gelu", "hardswish", "sigmoid", "hardsigmoid"};
};

#pragma once
#include <ATen/core/Tensor.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/tanh.h>

#include <cstdint>
#include <vector>

#include "temper/adversarial/classifier.h"
#include "tests/support/noise.h"

/// The network and the images of scripts/golden/attacks.py: 8 images of 3 x 6 x 6, 5 classes.
namespace temper::adversarial::small {

inline constexpr std::int64_t kImages = 8;

inline at::Tensor uniform(at::IntArrayRef shape, std::uint64_t stream) {
  return testing::noise(shape, stream).add(0.5);
}

inline at::Tensor images() {
  return uniform({kImages, 3, 6, 6}, 3);
}

/// tanh(conv3x3((x - 0.5) / 0.25)), flattened, times a matrix.
inline Classifier network() {
  const auto filters = testing::noise({4, 3, 3, 3}, 1).mul(2);
  const auto weight = testing::noise({5, 4 * 6 * 6}, 2).div(2);
  return in_pixels(
      [filters, weight](const at::Tensor& normalised) {
        const auto x = normalised.to(at::kDouble);
        return at::conv2d(x, filters, {}, 1, 1).tanh().flatten(1).matmul(weight.t());
      },
      {0.5, 0.5, 0.5}, {0.25, 0.25, 0.25});
}

/// 0, 1, 2, ...
inline std::vector<std::int64_t> ids(std::int64_t count = kImages) {
  std::vector<std::int64_t> numbers;
  for (std::int64_t i = 0; i < count; ++i) numbers.push_back(i);
  return numbers;
}

}  // namespace temper::adversarial::small

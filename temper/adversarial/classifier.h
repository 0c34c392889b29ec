#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

namespace temper::adversarial {

/// A network as attacks see it: floating [n, channels, height, width] with samples in [0, 1] ->
/// logits, floating [n, classes]. Every row must depend on its own image only, as in evaluation
/// mode; an attack never sets the mode. Parameters receive no gradient.
using Classifier = std::function<at::Tensor(const at::Tensor& pixels)>;

/// A network that takes normalized images, as one of images in [0, 1].
/// @param mean, std  of each channel; std > 0
Classifier in_pixels(std::function<at::Tensor(const at::Tensor&)> network,
                     const std::vector<double>& mean, const std::vector<double>& std);

/// The loss that an attack increases, for every row: logits [n, classes] and what they are compared
/// with [n, ...] -> [n].
using RowLoss = std::function<at::Tensor(const at::Tensor& logits, const at::Tensor& targets)>;

/// The classifier and its loss at images.
struct Gradient {
  at::Tensor logits;
  at::Tensor losses;    ///< [n]
  at::Tensor gradient;  ///< of every row's loss with respect to its image, [n, channels, ...]
};

/// One forward and one backward pass. The results have no graph.
Gradient differentiate(const Classifier& classifier, const RowLoss& loss, const at::Tensor& pixels,
                       const at::Tensor& targets);

/// A tensor of one value for each row, such that it can be combined with images.
at::Tensor by_row(const at::Tensor& values);

}  // namespace temper::adversarial

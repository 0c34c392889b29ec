#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

namespace temper::data {

/// What one training or evaluation step is given.
struct Batch {
  std::vector<at::Tensor> views;  ///< one or more views of the images: float [n, channels, height,
                                  ///< width], channels-last, normalised
  at::Tensor labels;              ///< int64 [n]: class, -1 where the row has no label
  at::Tensor targets;   ///< float [n, classes] target distributions, or [n, d] regression values
  at::Tensor labelled;  ///< bool [n]: the row has a label
  at::Tensor ids;       ///< int64 [n]: index of the image in its source
};

}  // namespace temper::data

#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace temper::semi {

/// The augmented versions of every unlabeled image.
struct Views {
  std::int64_t weak = 1;  ///< by the operations of labeled images
  bool strong = false;    ///< and one by the strong operations, the last view

  [[nodiscard]] std::int64_t count() const { return weak + (strong ? 1 : 0); }
};

/// The inputs of a method's loss for m unlabeled images.
struct Inputs {
  at::Tensor logits;        ///< floating [m, v, c]: of the v views that are trained on
  at::Tensor targets = {};  ///< floating [m, v, c], without a graph: distributions over the
                            ///< classes; undefined for methods that take them from the logits
};

}  // namespace temper::semi

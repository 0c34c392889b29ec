#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace temper::data {

/// An image that could not be used.
struct Skipped {
  std::int64_t row = 0;  ///< of the batch, where it would have been
  std::int64_t id = 0;   ///< index in its source
  std::string reason;    ///< naming the image
  bool operator==(const Skipped&) const = default;
};

/// What one training or evaluation step is given.
struct Batch {
  std::vector<at::Tensor> views;  ///< one or more views of the images: float [n, channels, height,
                                  ///< width], channels-last, normalised
  at::Tensor labels;              ///< int64 [n]: class, -1 where the row has none
  at::Tensor targets;   ///< float [n, classes] target distributions, or [n, d] regression values;
                        ///< 0 in rows that are not labelled
  at::Tensor labelled;  ///< bool [n]: the row has a class or values
  at::Tensor ids;       ///< int64 [n]: index of the image in its source
  at::Tensor repeats;   ///< int64 [n]: how often the epoch had the image before, where a sampler
                        ///< repeats them; part of the address of its draws
  std::vector<Skipped> skipped = {};  ///< by row and attempt
};

}  // namespace temper::data

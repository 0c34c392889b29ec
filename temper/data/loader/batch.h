#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace temper::data {

/// An image that could not be used.
struct Skipped {
  std::int64_t row = 0;  ///< row of the batch that it was meant for
  std::int64_t id = 0;   ///< index in its source
  std::string reason;    ///< on one line, without the name of the image
  bool operator==(const Skipped&) const = default;
};

/// The input of one training or evaluation step.
struct Batch {
  std::vector<at::Tensor> views;  ///< one or more views of the images: float [n, channels, height,
                                  ///< width], channels-last, normalized
  at::Tensor labels;              ///< int64 [n]: class, -1 where the row has none
  at::Tensor targets;   ///< float [n, classes] target distributions, or [n, d] regression values;
                        ///< 0 in unlabeled rows
  at::Tensor labelled;  ///< bool [n]: the row has a class or values
  at::Tensor ids;       ///< int64 [n]: index of the image in its source
  at::Tensor repeats;   ///< int64 [n]: number of earlier occurrences of the image in the epoch,
                        ///< where a sampler repeats images; part of the key of its random draws
  std::vector<Skipped> skipped = {};  ///< sorted by row and attempt
  std::int64_t first_row = 0;         ///< of the whole batch, where these rows are a part of it
  std::int64_t all_rows = 0;          ///< of the batch that several processes share; 0: these rows
                                      ///< are not a process's part of one

  /// Images of a second stream, without labels, a whole number r of them for each row: those of row
  /// i are its rows [i * r, (i + 1) * r). Null: none.
  std::shared_ptr<const Batch> unlabelled = {};

  /// Images that the rows are mixed with, one for each. Null: none.
  std::shared_ptr<const Batch> partners = {};

  /// Rows [first, first + count), as views of these, with their unlabeled images and partners.
  /// Tensors that are undefined here are undefined there. `first_row` is counted from that of this
  /// batch.
  [[nodiscard]] Batch rows(std::int64_t first, std::int64_t count) const;
  /// Rows of the whole batch, also of the parts that other processes have.
  [[nodiscard]] std::int64_t size() const {
    return all_rows > 0 ? all_rows : views.front().size(0);
  }
  /// The batch with all of its tensors on a device; the same tensors where they are already there.
  [[nodiscard]] Batch to(at::Device device) const;
};

}  // namespace temper::data

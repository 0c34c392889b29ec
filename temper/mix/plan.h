#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "temper/mix/blend.h"
#include "temper/mix/mixing.h"

namespace temper::mix {

/// How a row of a batch is mixed.
struct Row {
  std::size_t blend = 0;                    ///< index in Plan::blends
  std::vector<std::int64_t> partners = {};  ///< rows, one for each weight of the blend after the
                                            ///< first; empty: the row stays as it is

  [[nodiscard]] bool is_mixed() const { return !partners.empty(); }
};

/// How a batch is mixed: everything that is random about it. It can be made by hand, too.
struct Plan {
  std::vector<Blend> blends;  ///< of the batch, of each pair or of each row
  std::vector<Row> rows;

  [[nodiscard]] bool mixes() const;  ///< whether any row is mixed
  /// The stage of the network whose output is mixed in place of the images, which all rows have in
  /// common; 0: images are mixed.
  [[nodiscard]] std::int64_t stage() const;
};

/// What the random numbers are addressed by.
struct Address {
  std::uint64_t seed = 0;
  std::int64_t step = 0;  ///< 0-based
};

/// The size of a batch.
struct BatchSize {
  std::int64_t rows = 1;
  ImageSize images = {};
  /// Numbers of rows, `rows` in all: those of a part, which follow those of the part before, are
  /// mixed with one another alone. Empty: all are. Not with partners that are similar.
  std::vector<std::int64_t> parts = {};
};

/// Draws methods, partners, weights and boxes for the rows of a whole batch, as a function of the
/// address alone. Methods of more images than the batch, or the smallest of its parts, has mix as
/// many as that; see check() for other contradictions. Parts change partners alone: methods,
/// weights of two images and boxes are those of a batch without parts. With partners that are
/// similar, the plan is for twice as many rows: those of the batch, followed by their partners,
/// which stay as they are.
Plan plan(const Mixing& options, const Address& address, const BatchSize& batch);

}  // namespace temper::mix

#pragma once
#include <array>
#include <cstdint>

namespace temper::regularize {

/// A training pass of a part of a batch: with the layer it is the address of all that its random
/// layers draw. Equal addresses give equal draws, whatever was drawn elsewhere and in how many
/// threads; LibTorch's generators are never touched.
struct Pass {
  std::uint64_t seed = 0;
  std::int64_t step = 0;  ///< 0-based
  std::int64_t pass = 0;  ///< of the step: 1 for the second one of sharpness-aware minimisation
  std::int64_t first_row = 0;  ///< of the batch: so a batch draws the same in parts as in one piece
  std::int64_t rank = 0;       ///< of the process, when several share a batch
};

/// Where a random layer draws.
struct Address {
  Pass pass;
  std::int64_t layer = 0;  ///< any number that no other random layer of the network has
};

/// Uniform in [0, 1): one number for the whole batch, the same in all of its parts and ranks.
/// @param index  several may be drawn at an address
double coin(const Address& address, std::int64_t index = 0);

/// What the bits of a layer's masks begin from, for rows of the batch in this rank.
std::array<std::uint32_t, 2> mask_key(const Address& address);

/// The same for what is no mask of rows but one for the whole batch: noise of the gradient.
std::array<std::uint32_t, 2> batch_key(const Address& address);

}  // namespace temper::regularize

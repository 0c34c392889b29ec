#pragma once
#include <array>
#include <cstdint>

namespace temper::regularize {

/// One training pass of a batch or micro-batch. Together with the layer it is the address of all
/// draws of the random layers. Equal addresses give equal draws, regardless of other draws and of
/// the number of threads; LibTorch's generators are never used.
struct Pass {
  std::uint64_t seed = 0;
  std::int64_t step = 0;  ///< 0-based
  /// Within the step: 1 for the second pass of sharpness-aware minimization.
  std::int64_t pass = 0;
  /// Of the whole batch, so that micro-batches, and processes that share a batch, draw what the
  /// whole batch would.
  std::int64_t first_row = 0;
};

/// The address from which a random layer draws.
struct Address {
  Pass pass;
  std::uint64_t layer = 0;  ///< coordinate() of a name that no other random layer has
};

/// Uniform in [0, 1): one number for the whole batch, the same in all of its parts.
/// @param index  distinguishes several draws at one address
double uniform_for_batch(const Address& address, std::int64_t index = 0);

/// The Philox key of a layer's masks, of which each row of the whole batch has its part.
std::array<std::uint32_t, 2> mask_key(const Address& address);

/// The Philox key of draws for the whole batch instead of its rows, such as gradient noise.
std::array<std::uint32_t, 2> batch_key(const Address& address);

}  // namespace temper::regularize

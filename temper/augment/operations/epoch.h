#pragma once
#include <cstdint>

namespace temper::augment {

/// The epoch that an image is used in, counted from 0, for operations that depend on it.
struct Epoch {
  std::uint64_t number = 0;
};

}  // namespace temper::augment

#pragma once
#include <cstdint>

#include "temper/train/allocations.h"

namespace temper::train {

/// How far a process grows under tensors with the GNU C library, which here takes all memory from
/// one heap and keeps it (prepare_thread()). The heap has holes: measured on training runs (glibc
/// 2.36, LibTorch 2.11) it is up to kHoles times as large as the blocks in it ever are together,
/// and kSpare for what is asked for ahead.
class Heap {
 public:
  static constexpr double kHoles = 1.8;
  static constexpr std::int64_t kSpare = std::int64_t{128} << 20;  ///< bytes

  void allocate(std::int64_t bytes);
  void release(std::int64_t bytes) { live_ -= bytes; }
  /// Makes and releases what some work on a batch does.
  void play(const Allocations& allocations, std::int64_t batch);

  /// The most bytes that the heap has had so far, holes included.
  [[nodiscard]] std::int64_t size() const {
    return kSpare + static_cast<std::int64_t>(kHoles * static_cast<double>(most_));
  }

 private:
  std::int64_t live_ = 0;
  std::int64_t most_ = 0;
};

}  // namespace temper::train

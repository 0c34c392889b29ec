#pragma once
#include <cstdint>

#include "temper/cost/allocations.h"

namespace temper::cost {

/// A model of the heap of the GNU C library, which here takes all memory from a single heap and
/// never returns it (prepare_thread()). The heap is fragmented: measured on training runs (glibc
/// 2.36, LibTorch 2.11) it grows up to kFragmentation times the peak of the allocated bytes, plus
/// kReserve that is requested ahead.
class HeapModel {
 public:
  static constexpr double kFragmentation = 1.8;
  static constexpr std::int64_t kReserve = std::int64_t{128} << 20;  ///< bytes

  void allocate(std::int64_t bytes);
  void release(std::int64_t bytes) { live_ -= bytes; }
  /// Repeats the recorded allocations and releases for a batch.
  void play(const Allocations& allocations, std::int64_t batch);

  /// The peak size in bytes so far, including fragmentation.
  [[nodiscard]] std::int64_t size() const {
    return kReserve + static_cast<std::int64_t>(kFragmentation * static_cast<double>(most_));
  }

 private:
  std::int64_t live_ = 0;
  std::int64_t most_ = 0;
};

}  // namespace temper::cost

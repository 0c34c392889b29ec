#pragma once
#include <cstdint>

#include "temper/train/allocations.h"

namespace temper::train {

/// How far a process grows under tensors with the GNU C library: blocks of 32 MiB and more are the
/// system's and go back to it. Smaller ones share a heap that keeps its holes; measured on training
/// steps (glibc 2.36, LibTorch 2.11) it is kHoles times as large as the blocks in it ever are
/// together.
class Heap {
 public:
  static constexpr double kHoles = 1.8;

  void allocate(std::int64_t bytes);
  void release(std::int64_t bytes);
  /// Makes and releases what some work on a batch does.
  void play(const Allocations& allocations, std::int64_t batch);

  /// The most bytes so far, holes included: of the heap, and of the system's own blocks.
  [[nodiscard]] std::int64_t shared() const {
    return static_cast<std::int64_t>(kHoles * static_cast<double>(shared_.most));
  }
  [[nodiscard]] std::int64_t system() const { return system_.most; }

 private:
  struct Part {
    std::int64_t live = 0;
    std::int64_t most = 0;
  };
  Part& part_of(std::int64_t bytes);

  Part shared_;
  Part system_;
};

}  // namespace temper::train

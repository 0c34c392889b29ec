#include "temper/train/heap.h"

#include <algorithm>

namespace temper::train {

void Heap::allocate(std::int64_t bytes) {
  live_ += bytes;
  most_ = std::max(most_, live_);
}

void Heap::play(const Allocations& allocations, std::int64_t batch) {
  for (const auto& event : allocations.events()) {
    const auto bytes = event.fixed + batch * event.per_image;
    if (event.release)
      release(bytes);
    else
      allocate(bytes);
  }
}

}  // namespace temper::train

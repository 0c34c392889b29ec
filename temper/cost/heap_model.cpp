#include "temper/cost/heap_model.h"

#include <algorithm>

namespace temper::cost {

void HeapModel::allocate(std::int64_t bytes) {
  live_ += bytes;
  most_ = std::max(most_, live_);
}

void HeapModel::play(const Allocations& allocations, std::int64_t batch) {
  for (const auto& event : allocations.events()) {
    const auto bytes = event.fixed + batch * event.per_image;
    if (event.release)
      release(bytes);
    else
      allocate(bytes);
  }
}

}  // namespace temper::cost

#include "temper/train/heap.h"

#include <algorithm>

namespace temper::train {
namespace {

constexpr std::int64_t kSystems = std::int64_t{32} << 20;  // glibc's largest mmap_threshold

}  // namespace

Heap::Part& Heap::part_of(std::int64_t bytes) {
  return bytes < kSystems ? shared_ : system_;
}

void Heap::allocate(std::int64_t bytes) {
  auto& part = part_of(bytes);
  part.live += bytes;
  part.most = std::max(part.most, part.live);
}

void Heap::release(std::int64_t bytes) {
  part_of(bytes).live -= bytes;
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

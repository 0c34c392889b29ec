#pragma once
#include <cstdint>
#include <functional>
#include <vector>

namespace temper::cost {

/// The sequence of allocations and releases of tensors in main memory that some work on a batch
/// makes, with the bytes of each block as a linear function of the batch size.
class Allocations {
 public:
  static constexpr std::int64_t kFew = 2;
  static constexpr std::int64_t kMore = 4;

  /// Does the work on kFew and kMore images, after a first time in which LibTorch initializes
  /// itself. Records the calling thread and its backward passes.
  explicit Allocations(const std::function<void(std::int64_t batch)>& work);

  struct Event {
    std::size_t block = 0;
    bool release = false;
    std::int64_t fixed = 0;      ///< bytes independent of the batch
    std::int64_t per_image = 0;  ///< bytes
  };
  [[nodiscard]] const std::vector<Event>& events() const { return events_; }

 private:
  std::vector<Event> events_;
};

}  // namespace temper::cost

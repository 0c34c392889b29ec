#pragma once
#include <cstdint>
#include <functional>
#include <vector>

namespace temper::train {

/// The allocations and releases that some work on a batch makes in LibTorch's tensors in main
/// memory, in order, each block's bytes a linear function of the batch.
class Allocations {
 public:
  static constexpr std::int64_t kFew = 2;
  static constexpr std::int64_t kMore = 4;

  /// Does the work on kFew and kMore images, after once for LibTorch to set itself up. Counts the
  /// calling thread and the backward passes that it asks for.
  explicit Allocations(const std::function<void(std::int64_t batch)>& work);

  struct Event {
    std::size_t block = 0;
    bool release = false;
    std::int64_t fixed = 0;      ///< bytes without any image
    std::int64_t per_image = 0;  ///< bytes
  };
  [[nodiscard]] const std::vector<Event>& events() const { return events_; }

 private:
  std::vector<Event> events_;
};

}  // namespace temper::train

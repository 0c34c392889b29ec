#include "temper/cost/allocations.h"

#include <c10/core/Allocator.h>
#include <c10/util/Logging.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <algorithm>
#include <memory>
#include <span>
#include <unordered_map>
#include <utility>

namespace temper::cost {
namespace {

/// The allocation or release of a block.
struct Change {
  std::size_t block = 0;
  std::int64_t bytes = 0;  ///< negative: released
};

class Meter : public c10::MemoryReportingInfoBase {
 public:
  void reportMemoryUsage(void* where, std::int64_t bytes, std::size_t /*allocated*/,
                         std::size_t /*reserved*/, c10::Device device) override {
    if (!device.is_cpu() || bytes == 0) return;
    if (bytes > 0) blocks_[where] = next_++;
    const auto block = blocks_.find(where);
    if (block != blocks_.end()) changes.push_back({block->second, bytes});
  }
  [[nodiscard]] bool memoryProfilingEnabled() const override { return true; }

  std::vector<Change> changes;

 private:
  std::unordered_map<void*, std::size_t> blocks_;
  std::size_t next_ = 0;
};

std::vector<Change> changes_of(const std::function<void(std::int64_t)>& work, std::int64_t batch) {
  // LibTorch would warn of blocks that are released here and were allocated before.
  constexpr int errors_alone = 2;
  const auto level = std::exchange(FLAGS_caffe2_log_level, errors_alone);
  const auto meter = std::make_shared<Meter>();
  const c10::DebugInfoGuard guard(c10::DebugInfoKind::PROFILER_STATE, meter);
  work(batch);
  FLAGS_caffe2_log_level = level;
  return meter->changes;
}

std::vector<std::int64_t> sizes_of_blocks(const std::vector<Change>& changes) {
  std::vector<std::int64_t> sizes;
  for (const auto& change : changes)
    if (change.bytes > 0) sizes.push_back(change.bytes);
  return sizes;
}

/// Whether both sizes fit a linear function of the batch with slope and constant term >= 0.
bool fits(std::int64_t few, std::int64_t more) {
  return few <= more && more * Allocations::kFew <= few * Allocations::kMore;
}

bool same_kind(std::span<const std::int64_t> few, std::span<const std::int64_t> more) {
  constexpr std::size_t kEnoughToBeSure = 8;
  const auto n = static_cast<std::ptrdiff_t>(std::min({few.size(), more.size(), kEnoughToBeSure}));
  return std::equal(few.begin(), few.begin() + n, more.begin(), fits);
}

/// The fewest blocks to skip in both lists so that they match again.
std::pair<std::size_t, std::size_t> left_out(std::span<const std::int64_t> few,
                                             std::span<const std::int64_t> more) {
  for (std::size_t sum = 1; sum < few.size() + more.size(); ++sum)
    for (std::size_t i = 0; i <= sum; ++i)
      if (i <= few.size() && sum - i <= more.size() &&
          same_kind(few.subspan(i), more.subspan(sum - i)))
        return {i, sum - i};
  return {few.size(), more.size()};
}

/// For each block of the larger batch, the size of the matching block of the smaller batch.
/// LibTorch and oneDNN may choose other kernels, with other scratch blocks, for another batch: a
/// block without a match is skipped for the smaller batch, and taken as independent of the batch
/// for the larger.
std::vector<std::int64_t> matching_sizes(std::span<const std::int64_t> more,
                                         std::span<const std::int64_t> few) {
  std::vector<std::int64_t> likes(more.begin(), more.end());
  for (std::size_t i = 0, j = 0; i < few.size() && j < more.size();) {
    if (fits(few[i], more[j])) {
      likes[j++] = few[i++];
      continue;
    }
    const auto [skip_few, skip_more] = left_out(few.subspan(i), more.subspan(j));
    i += skip_few;
    j += skip_more;
  }
  return likes;
}

}  // namespace

Allocations::Allocations(const std::function<void(std::int64_t)>& work) {
  work(kFew);
  const auto few = sizes_of_blocks(changes_of(work, kFew));
  const auto changes = changes_of(work, kMore);
  const auto more = sizes_of_blocks(changes);
  const auto likes = matching_sizes(more, few);
  for (const auto& change : changes) {
    const auto per_image = (more[change.block] - likes[change.block]) / (kMore - kFew);
    events_.push_back(
        {change.block, change.bytes < 0, more[change.block] - kMore * per_image, per_image});
  }
}

}  // namespace temper::cost

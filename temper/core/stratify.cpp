#include "temper/core/stratify.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>
#include <queue>
#include <utility>

namespace temper {
namespace {

/// Takes images by the quota method, see nested_counts().
class Quota {
 public:
  explicit Quota(const std::vector<std::int64_t>& counts)
      : counts_(counts),
        all_(std::accumulate(counts.begin(), counts.end(), std::int64_t{0})),
        taken_(counts.size()) {
    for (std::size_t c = 0; c < counts.size(); ++c) queue(c);
  }
  ~Quota() = default;
  Quota(const Quota&) = delete;
  Quota& operator=(const Quota&) = delete;
  Quota(Quota&&) = delete;
  Quota& operator=(Quota&&) = delete;

  [[nodiscard]] std::int64_t all() const { return all_; }

  /// Takes images until there are `step` of them, as far as they may be taken at this step.
  void take(std::int64_t step) {
    for (release(step); total_ < step && !due_.empty(); release(step)) {
      const auto c = due_.top();
      due_.pop();
      ++taken_[c];
      ++total_;
      queue(c);
    }
  }

  [[nodiscard]] const std::vector<std::int64_t>& taken() const { return taken_; }

 private:
  using Release = std::pair<std::int64_t, std::size_t>;  ///< the first step, and the class

  /// Whether the next image of class a is due after that of class b; of two alike, the later
  /// class's.
  struct DueLater {
    const Quota& quota;
    bool operator()(std::size_t a, std::size_t b) const {
      const auto first = (quota.taken_[a] + 1) * quota.counts_[b];
      const auto second = (quota.taken_[b] + 1) * quota.counts_[a];
      return first == second ? a > b : first > second;
    }
  };

  /// The next image of a class waits until it may be taken; the last one is never taken.
  void queue(std::size_t c) {
    if (taken_[c] + 1 < counts_[c]) waiting_.emplace(taken_[c] * all_ / counts_[c] + 1, c);
  }

  void release(std::int64_t step) {
    for (; !waiting_.empty() && waiting_.top().first <= step; waiting_.pop())
      due_.push(waiting_.top().second);
  }

  const std::vector<std::int64_t>& counts_;
  std::int64_t all_;
  std::vector<std::int64_t> taken_;
  std::int64_t total_ = 0;
  std::priority_queue<Release, std::vector<Release>, std::greater<>> waiting_;
  std::priority_queue<std::size_t, std::vector<std::size_t>, DueLater> due_{DueLater{*this}};
};

}  // namespace

std::vector<std::int64_t> stratified_counts(const std::vector<std::int64_t>& counts,
                                            double fraction) {
  std::vector<std::int64_t> result(counts.size());
  std::vector<std::pair<double, std::size_t>> remainders;
  std::int64_t open = std::llround(fraction * static_cast<double>(std::accumulate(
                                                  counts.begin(), counts.end(), std::int64_t{0})));
  for (std::size_t c = 0; c < counts.size(); ++c) {
    const double share = fraction * static_cast<double>(counts[c]);
    const auto whole = static_cast<std::int64_t>(share);
    result[c] = std::clamp<std::int64_t>(whole, 0, std::max<std::int64_t>(counts[c] - 1, 0));
    open -= result[c];
    if (result[c] < counts[c] - 1) remainders.emplace_back(share - static_cast<double>(whole), c);
  }
  std::ranges::sort(remainders, {}, [](const auto& of) { return std::pair(-of.first, of.second); });
  for (const auto& [remainder, c] : remainders)
    if (open > 0) {
      ++result[c];
      --open;
    }
  return result;
}

std::vector<std::int64_t> nested_counts(const std::vector<std::int64_t>& counts, double fraction) {
  Quota quota(counts);
  const auto wanted = std::llround(fraction * static_cast<double>(quota.all()));
  for (std::int64_t step = 1; step <= wanted; ++step) quota.take(step);
  return quota.taken();
}

}  // namespace temper

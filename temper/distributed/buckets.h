#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "temper/distributed/bucket_plan.h"
#include "temper/distributed/gradient_hooks.h"
#include "temper/distributed/group.h"

namespace temper::distributed {

/// Sums the gradients of parameters over the ranks, in buckets of several parameters, each as soon
/// as a backward pass has computed all of it: the last parameters come first. The buckets are
/// launched in the same order on all ranks.
///
/// A gradient that is undefined on all ranks stays so; one that is undefined on some counts as zero
/// there. The sums have the same bits on all ranks.
class Buckets {
 public:
  /// @param parameters  leaves, on the CPU, in the order of the forward pass. A parameter that does
  ///                    not require a gradient takes no part in a sum
  Buckets(Group& group, std::vector<at::Tensor> parameters, const BucketOptions& options = {});
  ~Buckets() = default;
  Buckets(const Buckets&) = delete;
  Buckets& operator=(const Buckets&) = delete;
  Buckets(Buckets&&) = delete;
  Buckets& operator=(Buckets&&) = delete;

  /// The next backward pass is the last one that adds to the gradients: it sends them.
  void begin();
  /// After that pass: sends the rest, waits, and puts the sums into the gradients.
  void finish();

 private:
  struct Member {
    std::size_t parameter = 0;
    at::Tensor values = {};  ///< the part of the bucket, with the parameter's sizes and strides
    bool ready = false;
  };
  struct Bucket {
    at::Tensor flat = {};
    at::Tensor defined = {};  ///< for each member the number of ranks with a gradient
    std::vector<Member> members = {};
    std::size_t waiting = 0;
    Group::Pending pending = {};
  };
  /// Where a parameter's gradient goes.
  struct Place {
    std::size_t bucket = 0;
    std::size_t member = 0;
  };

  void arrange(const std::vector<bool>& trained);
  [[nodiscard]] Bucket allocate(const PlannedBucket& planned) const;
  void add(std::size_t parameter);
  void take(Bucket& bucket, Member& member);
  void launch();
  void deliver(Bucket& bucket);
  [[nodiscard]] std::vector<bool> trained() const;

  Group& group_;
  const std::vector<at::Tensor> parameters_;
  const BucketOptions options_;
  std::vector<bool> arranged_;  ///< for which parameters
  std::vector<Bucket> buckets_;
  std::vector<Place> places_;
  std::size_t launched_ = 0;
  bool sending_ = false;
  const GradientHooks hooks_;  ///< call add(): the last member, which goes first
};

}  // namespace temper::distributed

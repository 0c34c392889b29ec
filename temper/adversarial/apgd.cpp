#include "temper/adversarial/apgd.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/full.h>
#include <ATen/ops/logical_and.h>
#include <ATen/ops/logical_not.h>
#include <ATen/ops/logical_or.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>

namespace temper::adversarial {
namespace {

constexpr double kMomentum = 0.75;
constexpr double kIncreases = 0.75;  ///< rho: the share of steps that have to increase the loss

/// When the step size is checked, in steps.
class Checkpoints {
 public:
  explicit Checkpoints(std::int64_t steps)
      : period_(share(0.22, steps)), shortest_(share(0.06, steps)), less_(share(0.03, steps)) {}

  /// @return the length of the period that ends after this step; 0: none does
  std::int64_t next() {
    if (++done_ < period_) return 0;
    const auto ended = period_;
    done_ = 0;
    period_ = std::max(period_ - less_, shortest_);
    return ended;
  }

 private:
  static std::int64_t share(double of, std::int64_t steps) {
    return std::max<std::int64_t>(static_cast<std::int64_t>(of * static_cast<double>(steps)), 1);
  }

  std::int64_t period_;
  std::int64_t shortest_;
  std::int64_t less_;
  std::int64_t done_ = 0;
};

/// The attack of one batch. Every tensor has one row for each image.
class Ascent {
 public:
  Ascent(const Apgd& options, const at::Tensor& pixels, const at::Tensor& labels,
         const at::Tensor& start, const Gradient& there)
      : options_(options),
        pixels_(pixels),
        labels_(labels),
        points_(start),
        previous_(start),
        gradient_(there.gradient),
        best_gradient_(there.gradient),
        step_size_(at::full({pixels.size(0), 1, 1, 1}, 2 * options.radius, pixels.options())),
        last_losses_(at::zeros_like(there.losses)),
        increases_(at::zeros_like(there.losses)),
        checked_losses_(there.losses),
        halved_(at::ones_like(labels, at::kBool)),
        checkpoints_(options.steps),
        found_{.best = start,
               .best_losses = there.losses,
               .fooled = is_wrong(there.logits),
               .fooling = start} {}

  /// The next points.
  [[nodiscard]] const at::Tensor& move(bool first) {
    const auto projected = [this](const at::Tensor& points) {
      return project(points, pixels_, options_.norm, options_.radius);
    };
    auto ahead = projected(points_.add(steepest(gradient_, options_.norm).mul_(step_size_)));
    if (!first)
      ahead = projected(
          points_.add(ahead.sub_(points_), kMomentum).add_(points_.sub(previous_), 1 - kMomentum));
    previous_ = points_;
    points_ = ahead;
    return points_;
  }

  /// Takes in the result of the passes at the points. @param there  gradient: undefined after the
  /// last step
  void judge(const Gradient& there) {
    const auto wrong = is_wrong(there.logits);
    found_.fooled = found_.fooled.logical_or(wrong);
    found_.fooling = at::where(by_row(wrong), points_, found_.fooling);
    const auto better = there.losses.gt(found_.best_losses);
    found_.best = at::where(by_row(better), points_, found_.best);
    found_.best_losses = at::where(better, there.losses, found_.best_losses);
    if (!there.gradient.defined()) return;
    gradient_ = there.gradient;
    best_gradient_ = at::where(by_row(better), gradient_, best_gradient_);
    increases_.add_(there.losses.gt(last_losses_));
    last_losses_ = there.losses;
    if (const auto period = checkpoints_.next(); period > 0) check(period);
  }

  [[nodiscard]] const Found& found() const { return found_; }

 private:
  [[nodiscard]] at::Tensor is_wrong(const at::Tensor& logits) const {
    return logits.argmax(1).ne(labels_);
  }

  /// Halves the step size where it was too large, and returns to the best point there.
  void check(std::int64_t period) {
    const auto oscillates = increases_.le(kIncreases * static_cast<double>(period));
    const auto stays = checked_losses_.ge(found_.best_losses).logical_and(halved_.logical_not());
    halved_ = oscillates.logical_or(stays);
    checked_losses_ = found_.best_losses;
    increases_.zero_();
    const auto rows = by_row(halved_);
    step_size_ = at::where(rows, step_size_.div(2), step_size_);
    points_ = at::where(rows, found_.best, points_);
    gradient_ = at::where(rows, best_gradient_, gradient_);
  }

  const Apgd& options_;
  const at::Tensor& pixels_;
  const at::Tensor& labels_;
  at::Tensor points_;
  at::Tensor previous_;
  at::Tensor gradient_;
  at::Tensor best_gradient_;
  at::Tensor step_size_;
  at::Tensor last_losses_;
  at::Tensor increases_;  ///< since the last checkpoint
  at::Tensor checked_losses_;
  at::Tensor halved_;  ///< at the last checkpoint
  Checkpoints checkpoints_;
  Found found_;
};

}  // namespace

Found apgd(const Apgd& options, const Classifier& classifier, const RowLoss& loss,
           const at::Tensor& pixels, const at::Tensor& labels, const at::Tensor& start) {
  const at::NoGradGuard guard;
  Ascent ascent(options, pixels, labels, start, differentiate(classifier, loss, start, labels));
  for (std::int64_t i = 0; i < options.steps; ++i) {
    const auto& points = ascent.move(/*first=*/i == 0);
    if (i + 1 < options.steps) {
      ascent.judge(differentiate(classifier, loss, points, labels));
      continue;
    }
    const auto logits = classifier(points);
    ascent.judge({.logits = logits, .losses = loss(logits, labels), .gradient = {}});
  }
  return ascent.found();
}

}  // namespace temper::adversarial

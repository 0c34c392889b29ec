#include "temper/report/preflight_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "temper/core/duration.h"
#include "temper/core/grouped.h"

namespace temper::report {
namespace {

/// The image size that was timed, where training uses another size than evaluation.
std::string about_size(const train::Plan& plan, const cost::Estimate& estimate) {
  const auto [height, width] = estimate.size;
  if (estimate.size == plan.evaluation.size) return "";
  return fmt::format(" at {} x {} pixels{}", height, width,
                     plan.training.adapt ? ", the mean image area over the run" : "");
}

/// How evaluation differs from training and from one view of every image.
std::string evaluation_line(const train::Plan& plan, const cost::Estimate& estimate) {
  const auto [height, width] = plan.evaluation.size;
  std::vector<std::string> parts;
  if (plan.evaluation.size != plan.input())
    parts.push_back(fmt::format("images of {} x {} pixels", height, width));
  if (estimate.views > 1)
    parts.push_back(fmt::format("{}{} views of a test image",
                                plan.recipe.evaluation.tta->below_confidence < 1 ? "up to " : "",
                                estimate.views));
  return parts.empty() ? "" : fmt::format("evaluation      {}\n", fmt::join(parts, ", "));
}

}  // namespace

std::string to_text(const cost::Estimate& e, const train::Plan& plan) {
  constexpr double kMiB = 1024.0 * 1024.0;
  return fmt::format(
      "parameters      {}\n"
      "multiply-adds   {} per image, forward pass\n"
      "memory          about {:.0f} MiB at its peak; {:.0f} MiB available\n"
      "throughput      {:.0f} images/s ({:.0f} without loading), over {} steps{}\n"
      "{}training time   {} for {} steps, {} in an epoch, evaluation included\n",
      grouped(e.parameters), grouped(e.multiply_adds), static_cast<double>(e.memory) / kMiB,
      static_cast<double>(e.memory_available) / kMiB, e.images_per_second, e.step_images_per_second,
      e.steps_tried, about_size(plan, e), evaluation_line(plan, e), clock_text(e.seconds),
      grouped(plan.horizon.total_steps), grouped(plan.horizon.steps_per_epoch));
}

std::string to_text(const cost::Overfit& r, bool regression) {
  return fmt::format("one batch, {} steps: loss {:.4f} -> {:.4f}, {}: {}", r.steps, r.first_loss,
                     r.last_loss,
                     regression ? fmt::format("R2 {:.4f}", r.accuracy)
                                : fmt::format("accuracy {:.1f}%", 100 * r.accuracy),
                     r.passed() ? "the network can overfit one batch, as it should"
                                : "the network cannot overfit one batch; check labels, "
                                  "normalization and options");
}

}  // namespace temper::report

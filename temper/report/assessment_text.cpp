#include "temper/report/assessment_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "temper/core/grouped.h"
#include "temper/core/printable.h"
#include "temper/report/summary.h"

namespace temper::report {
namespace {

std::string percent(const measure::Interval& interval) {
  return fmt::format("{:.2f} to {:.2f}", 100 * interval.low, 100 * interval.high);
}

std::string text_of(const measure::CalibrationErrors& errors) {
  return fmt::format(
      "calibration error {:.2f}% (ECE, equal-width bins), {:.2f}% (equal-mass bins), "
      "{:.2f}% (equal-mass bins, debiased)\n",
      100 * errors.width, 100 * errors.mass, 100 * errors.debiased);
}

std::string text_of(const evaluate::Scaled& s) {
  const auto& t = s.temperature;
  return fmt::format(
             "temperature {:.4g}, fitted on {} validation images: validation loss {:.4f} -> "
             "{:.4f}{}\n  with temperature scaling: loss {:.4f}, Brier score {:.4f}, ",
             t.fit.value, grouped(t.images), t.fit.before, t.fit.after,
             t.fit.at_bound ? " (at the bound of its range)" : "", s.nll, s.brier) +
         text_of(s.calibration);
}

std::string text_of(const measure::WeightNorms& norms) {
  return fmt::format(
      "weights: {} elements, L2 norm {:.4g}, root mean square {:.4g}, largest {:.4g}\n",
      grouped(norms.count), norms.l2, norms.root_mean_square, norms.largest);
}

std::string text_of(const evaluate::Gap& gap) {
  const auto loss =
      fmt::format("generalization gap {:+.4f} in loss (95% interval {:.4f} to {:.4f})", gap.loss,
                  gap.loss_interval->low, gap.loss_interval->high);
  const auto accuracy = gap.of_values()
                            ? ""
                            : fmt::format(", {:+.2f} points in accuracy ({})", 100 * gap.accuracy,
                                          percent(*gap.accuracy_interval));
  return fmt::format("{}{}, on {} validation and {} training images\n", loss, accuracy,
                     grouped(gap.validation.count), grouped(gap.train.count));
}

std::string text_of(const train::TestTime& t) {
  const auto& before = t.without;
  return fmt::format(
      "test-time augmentation {}: {} of {} images in {} views, {:.3g} passes per image, {:.3g} s "
      "({:.3g} s in one view)\n  in one view: {}, loss {:.4f}\n",
      t.options, grouped(t.augmented), grouped(t.images), t.views, t.passes, t.seconds,
      t.seconds_without,
      before.errors ? errors_text(*before.errors)
                    : fmt::format("accuracy {:.2f}%", 100 * before.accuracy),
      before.loss);
}

std::string class_lines(const std::vector<evaluate::ClassScore>& classes) {
  std::size_t width = 0;
  for (const auto& one : classes) width = std::max(width, printable(one.name).size());
  const auto share = [](const std::optional<double>& part) {
    return part ? fmt::format("{:6.2f}%", 100 * *part) : std::string("      -");
  };
  std::string text;
  for (const auto& one : classes)
    text +=
        fmt::format("{:<{}} {:>8} images  precision {}  recall {}{}\n", printable(one.name), width,
                    grouped(one.images), share(one.precision), share(one.recall),
                    one.recall_interval ? fmt::format(" ({})", percent(*one.recall_interval)) : "");
  return text;
}

std::string regression_text(const evaluate::Assessment& a) {
  auto text = fmt::format(
      "{} {}, over {} images, {} weights\n"
      "loss {:.4f} (bootstrap {:.4f} to {:.4f}), the mean squared error of standardized targets\n",
      a.split, errors_text(*a.score.errors), grouped(a.score.count), a.weights, a.score.loss,
      a.loss_bootstrap->low, a.loss_bootstrap->high);
  for (const auto& one : a.values)
    text += fmt::format(
        "{}: RMSE {:.4g} (bootstrap {:.4g} to {:.4g}), MAE {:.4g} ({:.4g} to {:.4g}), R2 {:.4f}, "
        "bias {:+.4g}\n",
        printable(one.name), one.errors.rmse, one.rmse_interval.low, one.rmse_interval.high,
        one.errors.mae, one.mae_interval.low, one.mae_interval.high, one.errors.r2, one.bias);
  return text;
}

std::string classification_text(const evaluate::Assessment& a) {
  auto text = fmt::format(
      "{} accuracy {:.2f}% (95% interval {}, bootstrap {}), loss {:.4f}, over {} images, {} "
      "weights\n",
      a.split, 100 * a.score.accuracy, percent(*a.accuracy_interval),
      percent(*a.accuracy_bootstrap), a.score.loss, grouped(a.score.count), a.weights);
  if (a.top_k)
    text += fmt::format("top-{} accuracy {:.2f}% (95% interval {})\n", a.top_k->k,
                        100 * a.top_k->accuracy, percent(a.top_k->interval));
  text += fmt::format("loss {:.4f} (bootstrap {:.4f} to {:.4f}), Brier score {:.4f}\n",
                      a.score.loss, a.loss_bootstrap->low, a.loss_bootstrap->high, *a.brier) +
          text_of(*a.calibration);
  return a.scaled ? text + text_of(*a.scaled) : text;
}

}  // namespace

std::string to_text(const evaluate::Assessment& a, bool per_class) {
  auto text = a.score.errors ? regression_text(a) : classification_text(a);
  if (a.test_time) text += text_of(*a.test_time);
  if (a.gap) text += text_of(*a.gap);
  text += text_of(*a.norms);
  if (a.sensitivity)
    text += fmt::format("input sensitivity {:.4g}, the mean over {} images\n", a.sensitivity->mean,
                        grouped(a.sensitivity->images));
  return per_class ? text + class_lines(a.classes) : text;
}

}  // namespace temper::report

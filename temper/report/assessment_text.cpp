#include "temper/report/assessment_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "temper/core/grouped.h"
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

std::string text_of(const train::Scaled& s) {
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

/// The images that a gap was measured on.
std::string gap_images(const train::Assessment& a) {
  return fmt::format("on {} validation and {} training images\n", grouped(a.validation_images),
                     grouped(a.training_images));
}

std::string gap_text(const train::Assessment& a) {
  return fmt::format(
             "generalization gap {:+.4f} in loss (95% interval {:.4f} to {:.4f}), {:+.2f} points "
             "in accuracy ({}), ",
             a.gap->loss, a.gap->loss_interval.low, a.gap->loss_interval.high,
             100 * a.gap->accuracy, percent(a.gap->accuracy_interval)) +
         gap_images(a);
}

std::string class_lines(const train::Assessment& a, const std::vector<std::string>& classes) {
  std::size_t width = 0;
  for (const auto& name : classes) width = std::max(width, name.size());
  const auto share = [](const std::optional<double>& part) {
    return part ? fmt::format("{:6.2f}%", 100 * *part) : std::string("      -");
  };
  std::string text;
  for (std::size_t i = 0; i < a.figures.counts.size(); ++i) {
    const auto& c = a.figures.counts[i];
    const auto interval =
        c.labelled > 0 ? fmt::format(" ({})", percent(measure::wilson(c.correct, c.labelled))) : "";
    text += fmt::format("{:<{}} {:>8} images  precision {}  recall {}{}\n", classes[i], width,
                        grouped(c.labelled), share(c.precision()), share(c.recall()), interval);
  }
  return text;
}

std::string regression_text(const train::Assessment& a, const train::SavedModel& model,
                            const std::string& split) {
  const auto& f = *a.values;
  auto text = fmt::format(
      "{} {}, over {} images, {} weights\n"
      "loss {:.4f} (bootstrap {:.4f} to {:.4f}), the mean squared error of standardized targets\n",
      split, errors_text(f.mean), grouped(f.images), model.weights, f.loss, f.loss_bootstrap.low,
      f.loss_bootstrap.high);
  for (std::size_t k = 0; k < f.values.size(); ++k) {
    const auto& one = f.values[k];
    text += fmt::format(
        "{}: RMSE {:.4g} (bootstrap {:.4g} to {:.4g}), MAE {:.4g} ({:.4g} to {:.4g}), R2 {:.4f}, "
        "bias {:+.4g}\n",
        model.value_names[k], one.errors.rmse, one.rmse_interval.low, one.rmse_interval.high,
        one.errors.mae, one.mae_interval.low, one.mae_interval.high, one.errors.r2, one.bias);
  }
  if (const auto& gap = a.loss_gap)
    text += fmt::format("generalization gap {:+.4f} in loss (95% interval {:.4f} to {:.4f}), ",
                        gap->value, gap->interval.low, gap->interval.high) +
            gap_images(a);
  return text + text_of(a.norms);
}

}  // namespace

std::string to_text(const train::Assessment& a, const train::SavedModel& model,
                    const std::string& split, bool per_class) {
  if (a.values) return regression_text(a, model, split);
  const auto& f = a.figures;
  auto text = fmt::format(
      "{} accuracy {:.2f}% (95% interval {}, bootstrap {}), loss {:.4f}, over {} images, {} "
      "weights\n",
      split, 100 * f.accuracy(), percent(f.accuracy_interval), percent(f.accuracy_bootstrap), f.nll,
      grouped(f.images), model.weights);
  if (f.top_k_correct)
    text += fmt::format("top-{} accuracy {:.2f}% (95% interval {})\n", f.k, 100 * *f.top_k(),
                        percent(measure::wilson(*f.top_k_correct, f.images)));
  text += fmt::format("loss {:.4f} (bootstrap {:.4f} to {:.4f}), Brier score {:.4f}\n", f.nll,
                      f.nll_bootstrap.low, f.nll_bootstrap.high, f.brier) +
          text_of(f.calibration);
  if (a.scaled) text += text_of(*a.scaled);
  if (a.gap) text += gap_text(a);
  text += text_of(a.norms);
  if (a.sensitivity)
    text += fmt::format("input sensitivity {:.4g}, the mean over {} images\n", a.sensitivity->mean,
                        grouped(a.sensitivity->images));
  return per_class ? text + class_lines(a, model.classes) : text;
}

}  // namespace temper::report

#include "temper/report/attack_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "temper/core/grouped.h"

namespace temper::report {
namespace {

constexpr int kRadius = 10;
constexpr int kColumn = 15;
constexpr int kInterval = 18;

std::string interval(const measure::Interval& interval) {
  return fmt::format("{:.2f} to {:.2f}", 100 * interval.low, 100 * interval.high);
}

std::string steps_text(const evaluate::AttackTable& table) {
  if (!table.steps) return "";
  auto text = fmt::format(", {} steps", *table.steps);
  if (table.method != adversarial::Method::pgd) return text;
  text += table.step_size ? fmt::format(" of {}", radius_text(*table.step_size))
                          : " of 2.5 * radius / steps";
  return text + (table.random_start.value_or(true) ? ", random start" : ", no random start");
}

}  // namespace

std::string radius_text(double radius) {
  const double parts = radius * 255;
  const double whole = std::round(parts);
  if (whole >= 1 && std::abs(parts - whole) < 1e-9 * whole && whole < 255)
    return fmt::format("{:.0f}/255", whole);
  return fmt::format("{:.4g}", radius);
}

std::string attack_head() {
  return fmt::format("{:<{}}{:>{}}{:>{}}{:>{}}\n", "radius", kRadius, "accuracy in %", kColumn,
                     "95% interval", kInterval, "fooled", kColumn);
}

std::string attack_line(const evaluate::RobustScore& row) {
  return fmt::format("{:<{}}{:>{}.2f}{:>{}}{:>{}}\n", radius_text(row.radius), kRadius,
                     100 * row.accuracy, kColumn, interval(row.interval), kInterval,
                     grouped(row.fooled), kColumn);
}

std::string attack_summary(const evaluate::AttackTable& table) {
  return fmt::format("{} accuracy without attack {:.2f}% ({}), over {} images, {} weights\n{}\n",
                     table.split, 100 * table.clean_accuracy, interval(table.clean_interval),
                     grouped(table.count), table.weights, attack_method(table));
}

std::string attack_method(const evaluate::AttackTable& table) {
  return fmt::format(
      "{} in the norm {}{}, {}, {}, seed {}; on images of {} pixels after resize and crop, samples "
      "in [0, 1], in one view; the network in evaluation mode, in fp32",
      name_of(table.method), name_of(table.norm), steps_text(table),
      table.loss == adversarial::AttackLoss::dlr ? "DLR loss" : "cross-entropy",
      table.restarts == 1 ? "1 attempt" : fmt::format("{} attempts", table.restarts), table.seed,
      fmt::join(table.size, " x "));
}

}  // namespace temper::report

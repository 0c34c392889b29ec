#include "temper/report/corruption_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "temper/core/grouped.h"

namespace temper::report {
namespace {

constexpr int kNames = 18;
constexpr int kColumn = 8;

std::string cell(const std::optional<double>& number, int width) {
  return number ? fmt::format("{:>{}.2f}", 100 * *number, width)
                : fmt::format("{:>{}}", "-", width);
}

}  // namespace

std::string corruption_head(const std::vector<std::int64_t>& severities) {
  auto text = fmt::format("{:<{}}", "accuracy in %", kNames);
  for (const auto severity : severities)
    text += fmt::format("{:>{}}", fmt::format("sev. {}", severity), kColumn);
  return text + fmt::format("{:>{}}{:>{}}{:>{}}\n", "error", kColumn + 2, "CE", kColumn, "rel. CE",
                            kColumn + 2);
}

std::string corruption_line(const evaluate::CorruptionRow& row) {
  auto text = fmt::format("{:<{}}", name_of(row.kind), kNames);
  for (const auto& one : row.severities) text += cell(one.score.accuracy, kColumn);
  return text + cell(row.error, kColumn + 2) + cell(row.normalised, kColumn) +
         cell(row.relative, kColumn + 2) + "\n";
}

std::string corruption_summary(const evaluate::CorruptionTable& table) {
  auto text = fmt::format("{} accuracy without corruption {:.2f}%, over {} images, {} weights\n",
                          table.split, 100 * table.clean.accuracy, grouped(table.clean.count),
                          table.weights);
  if (const auto& means = table.means)
    text += fmt::format(
        "mean corruption error {:.2f}% (unnormalized); mCE {:.2f}, relative mCE {:.2f}, in % of "
        "AlexNet's on ImageNet-C\n",
        100 * means->error, 100 * means->normalised, 100 * means->relative);
  else
    text +=
        "no mean corruption error: it needs the 15 corruptions of the benchmark at all five "
        "severities\n";
  return text + corruption_method(table) + "\n";
}

std::string corruption_method(const evaluate::CorruptionTable& table) {
  const auto frost = table.frost ? fmt::format("frost: {}, ", *table.frost) : "";
  return fmt::format(
      "images of {} pixels, constants of {}, dialect {}, {}seed {}; corrupted after resize and "
      "crop, not compressed afterwards, in one view",
      fmt::join(table.size, " x "),
      table.constants == corrupt::ConstantSet::cifar ? "CIFAR-10-C" : "ImageNet-C",
      name_of(table.dialect), frost, table.seed);
}

}  // namespace temper::report

#include "temper/study/analysis/samples.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "temper/study/definition/metrics.h"

namespace temper::study {
namespace {

bool any_has(std::span<const ArmFigures> arms, const std::string& key) {
  return std::ranges::any_of(arms, [&](const ArmFigures& arm) {
    return std::ranges::any_of(arm.by_seed, [&](const Result* run) {
      return run != nullptr && run->figures.contains(key);
    });
  });
}

}  // namespace

Column column_of(std::string_view figure, std::string_view split) {
  const auto& known = metric_of(figure);
  Column column{.key = metric_key(figure, split),
                .title = std::string(known.title),
                .unit = std::string(known.unit),
                .scale = known.scale,
                .digits = known.digits,
                .higher_is_better = known.higher_is_better};
  if (known.by_split)
    column.title = column.key.substr(0, column.key.find('.')) + " " + column.title;
  return column;
}

bool is_of_test_set(const Column& column) {
  return column.key.starts_with("test.") || column.key == "clusters.test.ratio";
}

bool ArmFigures::diverged() const {
  return std::ranges::any_of(by_seed,
                             [](const Result* run) { return run != nullptr && run->diverged(); });
}

std::vector<std::optional<double>> ArmFigures::values(const Column& column) const {
  std::vector<std::optional<double>> numbers;
  for (const auto* run : by_seed) {
    auto& number = numbers.emplace_back();
    if (run == nullptr || run->diverged()) continue;
    const auto at = run->figures.find(column.key);
    if (at != run->figures.end()) number = column.scale * at->second;
  }
  return numbers;
}

std::vector<ArmFigures> figures_by_arm(const Course& course, const std::vector<Arm>& arms,
                                       std::span<const std::int64_t> seeds,
                                       const Results& results) {
  std::vector<ArmFigures> figures;
  for (std::size_t arm = 0; arm < arms.size(); ++arm) {
    auto& own = figures.emplace_back(ArmFigures{.arm = arm, .by_seed = {}});
    for (const auto seed : seeds) {
      const auto at = results.find(course.fingerprint(arms, arm, seed));
      own.by_seed.push_back(at == results.end() ? nullptr : &at->second);
    }
  }
  return figures;
}

Column verdict_column(const Study& study, std::span<const ArmFigures> arms) {
  const auto test = column_of(study.metric, "test");
  return any_has(arms, test.key) ? test : validation_column(study);
}

Column validation_column(const Study& study) {
  return column_of(study.metric, "validation");
}

Contrast difference_of(std::size_t arm, std::size_t than) {
  return {{arm, 1.0}, {than, -1.0}};
}

void add(Contrast& to, const Contrast& other, double factor) {
  for (const auto& [arm, weight] : other) to[arm] += factor * weight;
  std::erase_if(to, [](const auto& part) { return part.second == 0; });
}

std::vector<double> Sides::differences() const {
  std::vector<double> result;
  for (std::size_t i = 0; i < a.size(); ++i) result.push_back(a[i] - b[i]);
  return result;
}

std::optional<Sides> sides_of(const Contrast& contrast, std::span<const ArmFigures> arms,
                              const Column& column) {
  if (contrast.empty()) return std::nullopt;
  std::vector<std::pair<double, std::vector<std::optional<double>>>> parts;
  for (const auto& [arm, weight] : contrast) {
    if (arms[arm].diverged()) return std::nullopt;
    parts.emplace_back(weight, arms[arm].values(column));
  }
  Sides sides;
  for (std::size_t seed = 0; seed < parts.front().second.size(); ++seed) {
    if (!std::ranges::all_of(parts,
                             [&](const auto& part) { return part.second[seed].has_value(); }))
      continue;
    double a = 0;
    double b = 0;
    for (const auto& [weight, values] : parts)
      (weight > 0 ? a : b) += std::abs(weight) * *values[seed];
    sides.a.push_back(a);
    sides.b.push_back(b);
    sides.places.push_back(seed);
  }
  if (sides.a.size() < 2) return std::nullopt;
  return sides;
}

}  // namespace temper::study

#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "temper/study/analysis/course.h"
#include "temper/study/analysis/table.h"

/// The numbers that tables and plans compare: those of every arm, seed by seed.
namespace temper::study {

/// A figure as a column. @param split  "test" or "validation", where the name has none
Column column_of(std::string_view figure, std::string_view split);

/// Whether the figure is one of the test set, which nobody sees before a study is complete.
bool is_of_test_set(const Column& column);

/// The results of an arm, in the order of the study's seeds; null: it has not ended.
struct ArmFigures {
  std::size_t arm = 0;
  std::vector<const Result*> by_seed;

  [[nodiscard]] bool diverged() const;
  /// The finished runs' numbers in the column's unit; empty for other runs and where it is missing.
  [[nodiscard]] std::vector<std::optional<double>> values(const Column& column) const;
};

/// The results of all arms for these seeds.
std::vector<ArmFigures> figures_by_arm(const Course& course, const std::vector<Arm>& arms,
                                       std::span<const std::int64_t> seeds, const Results& results);

/// The study's metric on the test set, or, where no run was scored on one, on the validation set.
Column verdict_column(const Study& study, std::span<const ArmFigures> arms);
/// The study's metric on the validation set.
Column validation_column(const Study& study);

/// A weighted sum of arms whose weights add up to 0: a difference of two, or an effect of several.
using Contrast = std::map<std::size_t, double>;

Contrast difference_of(std::size_t arm, std::size_t than);
/// Adds the weights of another one, multiplied by a factor.
void add(Contrast& to, const Contrast& other, double factor = 1);

/// The two sides of a contrast, a pair for each seed of which all of its arms have a number: the
/// sum over the arms with positive weights, and that over the others.
struct Sides {
  std::vector<double> a, b;
  std::vector<std::size_t> places = {};  ///< of the pairs' seeds, in the order of the study's seeds

  [[nodiscard]] std::vector<double> differences() const;
};

/// Empty where a run of one of the arms diverged, and for fewer than two pairs.
std::optional<Sides> sides_of(const Contrast& contrast, std::span<const ArmFigures> arms,
                              const Column& column);

}  // namespace temper::study

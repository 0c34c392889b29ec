#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "temper/core/fields.h"

/// The search for the best values of some numbers, as pure functions of what has been tried.
namespace temper::study {

/// One tuned number.
struct Axis {
  std::string path;            ///< of the plain number: "optimizer.lr", or "optimizer.lr.peak"
  std::vector<double> values;  ///< of its grid: ascending, without repetitions
  Bounds bounds;
  bool whole = false;      ///< only whole numbers
  bool geometric = false;  ///< widened by the ratio of neighbours, else by their difference
};

/// A value of each axis.
using Point = std::vector<double>;

/// What was found at a point: the mean of the metric over the tuning seeds, the higher the better;
/// NaN: a trial diverged.
struct Scored {
  Point point;
  double score = 0;
};

/// All combinations of the axes' values; without axes the one empty point.
std::vector<Point> grid_points(std::span<const Axis> axes);

/// The points to try next: those of the grid that are not among the tried ones; after them, while
/// the best point has the lowest or highest value of an axis that was tried, the point beyond it
/// with the next value of the first such axis. Empty: tuning has ended, because the best point is
/// no longer at an edge, the options' ranges end there, or `budget` points have been tried.
std::vector<Point> next_points(std::span<const Axis> axes, std::span<const Scored> tried,
                               std::int64_t budget);

struct BestPoint {
  std::size_t index = 0;  ///< of `tried`
  /// Axes of whose tried values it still has the lowest or highest, unless the option's range ends
  /// with that value.
  std::vector<std::size_t> at_edge;
};

/// The point with the highest score, of equal ones the first. Throws Error{Code::numerical} where
/// every one diverged.
BestPoint best_point(std::span<const Axis> axes, std::span<const Scored> tried);

}  // namespace temper::study

#include "temper/study/analysis/tune.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "temper/core/duration.h"
#include "temper/core/error.h"
#include "temper/study/analysis/batch.h"
#include "temper/study/analysis/samples.h"

namespace temper::study {
namespace {

constexpr double kShareOfBudget = 0.5;

class Tuner {
 public:
  Tuner(const Course& course, const Results& results, Stand& stand)
      : course_(course),
        stand_(stand),
        batch_(course, results),
        seeds_(tuning_seeds(course.study())) {}

  bool done() {
    std::vector<Tuning> tuning;
    for (const auto& arm : stand_.arms)
      tuning.push_back({.axes = tuning_axes(course_.study(), arm), .tried = {}, .at_edge = {}});
    if (std::ranges::all_of(tuning, [](const Tuning& own) { return own.axes.empty(); }))
      return true;
    stand_.tuning = std::move(tuning);
    if (course_.budget() > 0 && !fits_budget()) return stand_.tuning.empty();
    while (advance()) {
    }
    if (batch_.empty()) return true;
    stand_.next = batch_.finished(purpose(), costs_);
    return false;
  }

 private:
  /// Takes every arm whose teacher is tuned as far as the results go.
  /// @return whether this finished an arm
  bool advance() {
    bool finished = false;
    for (std::size_t arm = 0; arm < stand_.arms.size(); ++arm) {
      const auto teacher = stand_.arms[arm].teacher;
      auto& own = stand_.tuning[arm];
      if (own.done || (teacher && !stand_.tuning[*teacher].done)) continue;
      if (own.axes.empty() || search(arm)) own.done = finished = true;
    }
    return finished;
  }

  /// Whether the search of an arm has ended; else its next trials are in the batch.
  bool search(std::size_t arm) {
    auto& own = stand_.tuning[arm];
    const auto most = most_settings();
    while (true) {
      const auto points = next_points(own.axes, own.tried, most);
      if (points.empty()) break;
      if (!own.tried.empty() && ends_range(arm, points.front())) continue;
      std::vector<Scored> scored;
      double seconds = 0;
      for (const auto& point : points)
        if (const auto score = score_at(arm, point, seconds)) scored.push_back({point, *score});
      if (scored.size() < points.size()) return false;
      own.tried.insert(own.tried.end(), scored.begin(), scored.end());
      own.seconds += seconds;
    }
    own.runs = static_cast<std::int64_t>(own.tried.size() * seeds_.size());
    take_best(arm);
    return true;
  }

  /// Whether a point beyond the grid is none that the arm can have. The range of the number then
  /// ends at the best value, and a note says why.
  bool ends_range(std::size_t arm, const Point& point) {
    auto& own = stand_.tuning[arm];
    try {
      (void)course_.tuned(arm, tuned_texts(own.axes, point));
      return false;
    } catch (const Error& error) {
      if (error.code() != Code::usage) throw;
      const auto& best = own.tried[best_point(own.axes, own.tried).index].point;
      const auto axis =
          static_cast<std::size_t>(std::ranges::mismatch(point, best).in1 - point.begin());
      auto& number = own.axes[axis];
      if (point[axis] > best[axis]) {
        number.bounds.high = best[axis];
        number.bounds.open_high = false;
      } else {
        number.bounds.low = best[axis];
        number.bounds.open_low = false;
      }
      stand_.notes.push_back(fmt::format("No {} beyond {} was tried for {}: {} is refused ({}).",
                                         number.path, best[axis], stand_.arms[arm].name,
                                         point[axis], error.message()));
      return true;
    }
  }

  void take_best(std::size_t arm) {
    auto& own = stand_.tuning[arm];
    auto& trained = stand_.arms[arm];
    if (std::ranges::all_of(own.tried, [](const Scored& at) { return std::isnan(at.score); })) {
      stand_.notes.push_back(fmt::format(
          "Every setting that was tried for {} diverged; it is trained with its recipe's own.",
          trained.name));
      return;
    }
    const auto best = best_point(own.axes, own.tried);
    own.at_edge = best.at_edge;
    for (const auto axis : best.at_edge)
      stand_.notes.push_back(fmt::format(
          "The best {} of {} is at the edge of the values tried: a better one may be beyond it.",
          own.axes[axis].path, trained.name));
    trained = course_.tuned(arm, tuned_texts(own.axes, own.tried[best.index].point));
  }

  /// All arms, with one of them at a point.
  [[nodiscard]] std::vector<Arm> arms_at(std::size_t arm, const Point& point) const {
    auto arms = stand_.arms;
    arms[arm] = course_.tuned(arm, tuned_texts(stand_.tuning[arm].axes, point));
    return arms;
  }

  /// The mean over the tuning seeds, higher is better; NaN where a trial diverged; nullopt where
  /// one has no result, and then it is in the batch.
  /// @param seconds  to which what the trials took is added
  std::optional<double> score_at(std::size_t arm, const Point& point, double& seconds) {
    const auto arms = arms_at(arm, point);
    ArmFigures runs{.arm = arm, .by_seed = {}};
    for (const auto seed : seeds_) {
      runs.by_seed.push_back(batch_.add(arms, arm, seed, false));
      if (const auto* run = runs.by_seed.back()) {
        costs_.add(arm, *run);
        seconds += seconds_of(*run).value_or(0);
      }
    }
    if (std::ranges::count(runs.by_seed, nullptr) > 0) return std::nullopt;
    if (runs.diverged()) return std::numeric_limits<double>::quiet_NaN();
    const auto column = validation_column(course_.study());
    double sum = 0;
    for (const auto& value : runs.values(column)) {
      if (!value)
        throw Error(Code::usage,
                    fmt::format("tuning ranks settings by {}, which the runs of {} don't have: set "
                                "data.validation, or leave out tune",
                                column.title, arms[arm].name));
      sum += *value;
    }
    const double mean = sum / static_cast<double>(seeds_.size());
    return column.higher_is_better ? mean : -mean;
  }

  [[nodiscard]] std::size_t largest_grid() const {
    std::size_t largest = 0;
    for (const auto& own : stand_.tuning)
      if (!own.axes.empty()) largest = std::max(largest, grid_points(own.axes).size());
    return largest;
  }

  /// The largest number of settings of an arm, the same for all.
  [[nodiscard]] std::int64_t most_settings() const {
    return std::min(limit_, tuning_budget(course_.study(), largest_grid()));
  }

  /// Limits the settings to what fits into tuning's part of the time budget; forgets tuning where
  /// not even the grids do. @return false: nothing is left to tune, or the costs are not known yet
  bool fits_budget() {
    double seconds = 0;  // of one setting of each arm
    for (std::size_t arm = 0; arm < stand_.arms.size(); ++arm) {
      const auto points = grid_points(stand_.tuning[arm].axes);
      if (stand_.tuning[arm].axes.empty()) continue;
      const auto arms = arms_at(arm, points[points.size() / 2]);
      if (const auto* run = batch_.add(arms, arm, seeds_.front(), false)) costs_.add(arm, *run);
    }
    if (!batch_.empty()) {
      stand_.next = batch_.finished("First run of every arm, to know how long it takes", costs_);
      return false;
    }
    for (std::size_t arm = 0; arm < stand_.arms.size(); ++arm)
      if (!stand_.tuning[arm].axes.empty())
        seconds += costs_.of(arm).value_or(0) * static_cast<double>(seeds_.size());
    const double most =
        kShareOfBudget * course_.budget() * course_.workers() / std::max(seconds, 1e-9);
    limit_ = static_cast<std::int64_t>(std::min(std::floor(most), 1e6));
    const auto largest = largest_grid();
    costs_ = {};
    if (limit_ >= static_cast<std::int64_t>(largest)) return true;
    stand_.notes.push_back(fmt::format(
        "Not tuned: the {} settings of its grid alone would take about {}, more than half of the "
        "budget of {}.",
        largest, clock_text(static_cast<double>(largest) * seconds / course_.workers()),
        clock_text(course_.budget())));
    stand_.tuning.clear();
    return false;
  }

  [[nodiscard]] std::string purpose() const {
    std::vector<std::string> paths;
    std::int64_t arms = 0;
    for (const auto& own : stand_.tuning) {
      if (own.axes.empty()) continue;
      ++arms;
      for (const auto& axis : own.axes)
        if (std::ranges::count(paths, axis.path) == 0) paths.push_back(axis.path);
    }
    return fmt::format(
        "Tuning {} on the validation set for {} arms, at most {} settings each with {} seed{}",
        fmt::join(paths, ", "), arms, most_settings(), seeds_.size(),
        seeds_.size() == 1 ? "" : "s");
  }

  const Course& course_;
  Stand& stand_;
  BatchBuilder batch_;
  Costs costs_;
  std::vector<std::int64_t> seeds_;
  std::int64_t limit_ = std::numeric_limits<std::int64_t>::max();  ///< settings of an arm
};

}  // namespace

bool tune(const Course& course, const Results& results, Stand& stand) {
  return Tuner(course, results, stand).done();
}

}  // namespace temper::study

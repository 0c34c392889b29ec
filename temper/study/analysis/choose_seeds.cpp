#include "temper/study/analysis/choose_seeds.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "temper/core/duration.h"
#include "temper/core/error.h"
#include "temper/statistics/paired.h"
#include "temper/statistics/two_stage.h"
#include "temper/study/analysis/batch.h"
#include "temper/study/analysis/looks.h"
#include "temper/study/analysis/questions.h"
#include "temper/study/analysis/samples.h"

namespace temper::study {
namespace {

constexpr auto kNoLimit = std::numeric_limits<std::int64_t>::max();

std::string number(const Column& column, double value) {
  return fmt::format("{:.{}f}{}{}", value, column.digits, column.unit.empty() ? "" : " ",
                     column.unit);
}

/// What the pilot says about the differences to be judged.
struct PilotDifferences {
  Column column;
  std::int64_t comparisons = 0;  ///< judged together
  std::vector<std::string> names = {};
  std::vector<std::vector<double>> samples = {};
};

class Chooser {
 public:
  Chooser(const Course& course, const Results& results, Stand& stand)
      : course_(course), study_(course.study()), results_(results), stand_(stand) {}

  void choose() {
    const bool limited = course_.budget() > 0;
    auto affordable = kNoLimit;
    if (limited) {
      if (!have(1, "First run of every arm, to know how long it takes")) return;
      affordable = affordable_seeds();
    }
    auto wanted = static_cast<std::int64_t>(study_.seeds.size());
    std::int64_t have_been_run = limited ? 1 : 0;
    if (study_.detect > 0) {
      const auto pilot = std::min(study_.pilot, affordable);
      if (!have(pilot, fmt::format("Pilot of {} seeds, to estimate deviations", pilot))) return;
      if (limited) affordable = affordable_seeds();
      have_been_run = pilot;
      wanted = pilot < 2 ? study_.pilot : planned(pilot, affordable);
    }
    const auto n = std::max(std::min(wanted, affordable), have_been_run);
    if (n < wanted) say_shortened(n, wanted);
    if (study_.looks > 1 && n > 2) return look(n);
    have(n, fmt::format("{} seed{} for each of {} arms", n, n == 1 ? "" : "s", stand_.arms.size()));
  }

 private:
  /// Whether the first n seeds of every arm have results; else those that don't are next.
  bool have(std::int64_t n, const std::string& purpose) {
    stand_.seeds = seeds_of(study_, n);
    BatchBuilder batch(course_, results_);
    costs_ = {};
    for (const auto seed : stand_.seeds)
      for (std::size_t arm = 0; arm < stand_.arms.size(); ++arm)
        if (const auto* run = batch.add(stand_.arms, arm, seed, true)) costs_.add(arm, *run);
    if (batch.empty()) return true;
    stand_.next = batch.finished(purpose, costs_);
    return false;
  }

  /// Runs the seeds of one look after another, until all differences are decided.
  void look(std::int64_t n) {
    stand_.looks_planned_for = n;
    const auto questions = questions_of(study_, stand_.arms, course_.comparisons());
    const auto family = questions.family();
    const auto looks = Looks::plan(n, study_.looks, study_.level, std::ssize(family));
    for (std::size_t i = 0; i < looks.seeds.size(); ++i) {
      const auto seeds = looks.seeds[i];
      if (!have(seeds, fmt::format("Look {} of {}, at {} of at most {} seeds for each of {} arms",
                                   i + 1, looks.seeds.size(), seeds, n, stand_.arms.size())))
        return;
      const auto arms = figures_by_arm(course_, stand_.arms, stand_.seeds, results_);
      const auto decided = looks.decided(family, arms, verdict_column(study_, arms), seeds);
      if (seeds < n && decided.size() == family.size()) {
        stand_.plan.push_back(
            fmt::format("All differences were decided at look {} of {}, after {} of {} seeds.",
                        i + 1, looks.seeds.size(), seeds, n));
        return;
      }
    }
  }

  /// Seconds that a seed of all arms takes, one after another.
  [[nodiscard]] double seconds_per_seed() const {
    double seconds = 0;
    for (std::size_t arm = 0; arm < stand_.arms.size(); ++arm)
      seconds += costs_.of(arm).value_or(0);
    return seconds;
  }

  /// The seeds that the budget allows in all, after the tuning.
  [[nodiscard]] std::int64_t affordable_seeds() const {
    double left = course_.budget() * course_.workers();
    for (const auto& tuning : stand_.tuning) left -= tuning.seconds;
    const double seeds = std::floor(left / std::max(seconds_per_seed(), 1e-9));
    return static_cast<std::int64_t>(std::clamp(seeds, 1.0, 1e6));
  }

  [[nodiscard]] PilotDifferences pilot_differences() const {
    const auto arms = figures_by_arm(course_, stand_.arms, stand_.seeds, results_);
    const auto questions = questions_of(study_, stand_.arms, course_.comparisons());
    PilotDifferences pilot{.column = verdict_column(study_, arms),
                           .comparisons = static_cast<std::int64_t>(questions.family().size())};
    for (const auto& contrast : questions.planned()) {
      const auto sides = sides_of(contrast, arms, pilot.column);
      if (!sides) continue;
      // Nothing to plan for: equal in every run.
      const auto difference = statistics::paired_difference(sides->a, sides->b);
      if (difference.deviation == 0) continue;
      pilot.names.push_back(questions.name_of(contrast, stand_.arms));
      pilot.samples.push_back(sides->differences());
    }
    return pilot;
  }

  /// The number of seeds that the pilot's deviations ask for.
  std::int64_t planned(std::int64_t pilot, std::int64_t affordable) {
    const auto found = pilot_differences();
    if (found.samples.empty()) {
      stand_.plan.push_back(fmt::format(
          "The pilot of {} seeds has no differences to plan from: they are all equal, or runs "
          "diverged.",
          pilot));
      return pilot;
    }
    const auto plan = statistics::plan_two_stage(found.samples, study_.detect, study_.power,
                                                 study_.level, found.comparisons);
    if (plan.n > kMostSeeds && affordable == kNoLimit)
      throw Error(Code::usage,
                  fmt::format("detect = {} takes {} seeds: the pilot's differences have a standard "
                              "deviation of {}. Raise detect, or set a budget",
                              study_.detect, plan.n, number(found.column, plan.pilot_deviation)));
    const auto more = plan.n - pilot;
    auto sentence = fmt::format(
        "The pilot's {} seeds have paired differences with a standard deviation of {}, pooled over "
        "{}. To find a difference of {} with a probability of {:.0f}% at a confidence level of "
        "{:g}%, adjusted for {} comparison{}, takes {} seeds: {} more.",
        pilot, number(found.column, plan.pilot_deviation), found.names.size(),
        number(found.column, study_.detect), 100 * study_.power, 100 * study_.level,
        found.comparisons, found.comparisons == 1 ? "" : "s", plan.n,
        cost_text(more * static_cast<std::int64_t>(stand_.arms.size()),
                  static_cast<double>(more) * seconds_per_seed() / course_.workers()));
    if (plan.by_row[plan.row] > plan.n)
      sentence += fmt::format(" The difference that varies most, {}, would by itself take {}.",
                              found.names[plan.row], plan.by_row[plan.row]);
    const auto n = std::max(std::min(plan.n, affordable), pilot);
    // Else the budget decides the number, whatever the deviations.
    if (n >= pilot + statistics::kLeastAfterPilot) {
      stand_.pilot = pilot;
      sentence += fmt::format(
          " As the pilot's deviations have a say in that number, tests and intervals have {} "
          "degrees of freedom, {} fewer than those of an ordinary t test.",
          n - pilot, pilot - 1);
    }
    stand_.plan.push_back(std::move(sentence));
    if (n < plan.n) say_undecidable(found, plan, n);
    return plan.n;
  }

  void say_undecidable(const PilotDifferences& found, const statistics::TwoStage& plan,
                       std::int64_t n) {
    for (std::size_t i = 0; i < found.names.size(); ++i) {
      if (plan.by_row[i] <= n) continue;
      const auto least =
          n <= std::ssize(found.samples[i])
              ? std::string()
              : fmt::format(", only one of {}",
                            number(found.column, statistics::detectable_after_pilot(
                                                     found.samples[i], n, study_.power,
                                                     study_.level, found.comparisons)));
      stand_.notes.push_back(fmt::format(
          "{}: {} seeds are too few to find a difference of {} with that probability{}.",
          found.names[i], n, number(found.column, study_.detect), least));
    }
  }

  void say_shortened(std::int64_t n, std::int64_t wanted) {
    stand_.plan.push_back(
        fmt::format("The budget of {} allows {} of {} seeds{}.", clock_text(course_.budget()), n,
                    wanted, n < 2 ? ": without a second one no difference can be decided" : ""));
  }

  const Course& course_;
  const Study& study_;
  const Results& results_;
  Stand& stand_;
  Costs costs_;  ///< of the seeds that have results
};

}  // namespace

void choose_seeds(const Course& course, const Results& results, Stand& stand) {
  Chooser(course, results, stand).choose();
}

}  // namespace temper::study

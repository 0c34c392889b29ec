#include "temper/study/analysis/analyse.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "temper/core/duration.h"
#include "temper/statistics/bootstrap.h"
#include "temper/statistics/multiple.h"
#include "temper/statistics/power.h"
#include "temper/statistics/shapley.h"
#include "temper/study/analysis/claims.h"
#include "temper/study/analysis/judgements.h"
#include "temper/study/analysis/looks.h"
#include "temper/study/analysis/questions.h"
#include "temper/study/analysis/rows.h"
#include "temper/study/analysis/samples.h"

namespace temper::study {
namespace {

class Analysis {
 public:
  Analysis(const Course& course, const Stand& stand, const Results& results,
           const AnalyseOptions& options)
      : course_(course),
        study_(course.study()),
        stand_(stand),
        options_(options),
        complete_(stand.next.trials.empty()),
        figures_(figures_by_arm(course, stand.arms, stand.seeds, results)),
        column_(complete_ ? verdict_column(study_, figures_) : validation_column(study_)),
        questions_(questions_of(study_, stand.arms, course.comparisons())),
        judged_(questions_.family(), figures_, column_,
                {.level = study_.level, .margin = study_.margin}, stand.pilot) {
    if (!complete_)
      judged_.withhold_verdicts();
    else if (stand.looks_planned_for > 0)
      take_looks();
  }

  StudyTable table() {
    head();
    rows();
    compare_rows();
    columns();
    table_.sums = effects(questions_.sums);
    table_.sums_left_out = effects(questions_.sums_left_out);
    table_.effects = effects(questions_.effects);
    table_.contributions = effects(questions_.contributions);
    interactions();
    table_.claims = claims_of(course_, stand_, figures_, column_);
    if (!complete_) withhold_claims();
    pairing();
    if (complete_) note_without_variance();
    if (complete_ && options_.extras) {
      images();
      undecided();
    }
    notes();
    return std::move(table_);
  }

 private:
  void take_looks() {
    const auto family = questions_.family();
    const auto looks =
        Looks::plan(stand_.looks_planned_for, study_.looks, study_.level, std::ssize(family));
    judged_.take_looks(looks.decided(family, figures_, column_, std::ssize(stand_.seeds)),
                       column_.higher_is_better);
    table_.notes.push_back(fmt::format(
        "The verdicts are those of {} planned looks, by group-sequential bounds; p-values, "
        "intervals and further columns take no account of the looks.",
        looks.seeds.size()));
  }

  void head() {
    table_.name = study_.name;
    table_.description = study_.description;
    table_.base_name = study_.base_name;
    table_.mode = study_.mode;
    table_.column = column_;
    table_.validation = validation_column(study_);
    table_.curve = column_of(has_values() ? "r2" : "accuracy", "validation");
    for (const auto& figure : study_.figures) add_column(column_of(figure, split()));
    table_.level = study_.level;
    table_.margin = study_.margin;
    table_.detect = study_.detect;
    table_.power = study_.power;
    table_.seeds = stand_.seeds;
    table_.splits_redrawn = study_.splits == Splits::redrawn;
    if (!stand_.tuning.empty()) table_.tuned = study_.tune;
    for (const auto& length : study_.lengths) table_.lengths.push_back(length.name);
    table_.complete = complete_;
    table_.comparisons = static_cast<std::int64_t>(judged_.all().size());
    table_.plan = stand_.plan;
    table_.notes.insert(table_.notes.end(), stand_.notes.begin(), stand_.notes.end());
  }

  /// Whether the images have regression targets, as far as the results tell.
  [[nodiscard]] bool has_values() const {
    const auto of_run = [](const Result* run) {
      return run != nullptr && run->figures.contains("validation.r2");
    };
    return std::ranges::any_of(
        figures_, [&](const ArmFigures& arm) { return std::ranges::any_of(arm.by_seed, of_run); });
  }

  /// "loss" and "validation.loss" are one column where the table has no figures of a test set.
  void add_column(Column column) {
    if (!complete_ && is_of_test_set(column)) return;
    if (std::ranges::find(table_.columns, column.key, &Column::key) == table_.columns.end())
      table_.columns.push_back(std::move(column));
  }

  void withhold_claims() {
    for (auto& claim : table_.claims) {
      claim.outcome = "undecided";
      if (claim.judged) withhold(*claim.judged);
    }
  }

  [[nodiscard]] std::string_view split() const {
    return column_.key.starts_with("validation.") ? "validation" : "test";
  }

  void rows() {
    for (std::size_t arm = 0; arm < stand_.arms.size(); ++arm) {
      table_.rows.push_back(
          row_of(stand_.arms[arm], figures_[arm], stand_.seeds, column_, table_.validation));
      auto& row = table_.rows.back();
      row.curve = curve_of(figures_[arm], table_.curve);
      if (!stand_.tuning.empty()) add_tuning(row, stand_.tuning[arm]);
      for (const auto seed : stand_.seeds)
        row.older += static_cast<std::int64_t>(
            options_.older.contains(course_.fingerprint(stand_.arms, arm, seed)));
      table_.runs += row.finished + row.diverged + row.tuning_runs;
      for (const auto& point : row.points) table_.seconds += point.seconds.value_or(0);
    }
    rank_rows(table_.rows, table_.validation);
    savings();
  }

  void savings() {
    double steps = 0;
    double seconds = 0;
    for (const auto& arm : figures_)
      for (const auto* run : arm.by_seed) {
        if (run == nullptr) continue;
        const auto figure = [&](const char* name) {
          const auto at = run->figures.find(name);
          return at == run->figures.end() ? 0 : at->second;
        };
        steps += figure("saved.steps");
        seconds += figure("saved.seconds");
      }
    if (steps > 0)
      table_.saved = fmt::format(
          "{:.0f} training steps were made once for several runs, which saved about {}.", steps,
          clock_text(seconds));
  }

  void add_tuning(TableRow& row, const Tuning& tuning) {
    row.tuning_runs = tuning.runs;
    table_.seconds += tuning.seconds;
    const auto& chosen = stand_.arms[row.arm].tuned;
    for (std::size_t axis = 0; axis < std::min(tuning.axes.size(), chosen.size()); ++axis) {
      auto& number = row.tuned.emplace_back(
          TunedNumber{.path = chosen[axis].first, .value = chosen[axis].second});
      for (const auto& scored : tuning.tried) number.tried.push_back(scored.point[axis]);
      std::ranges::sort(number.tried);
      const auto repeated = std::ranges::unique(number.tried);
      number.tried.erase(repeated.begin(), repeated.end());
      number.at_edge = std::ranges::count(tuning.at_edge, axis) > 0;
    }
  }

  /// Puts the differences into the rows that they are about.
  void compare_rows() {
    const auto& comparisons = course_.comparisons();
    for (std::size_t i = 0; i < comparisons.size(); ++i) {
      const auto& one = comparisons[i];
      auto& row = table_.rows[one.arm];
      const auto judged = judged_.of(questions_.comparisons[i]);
      if (one.kind == Kind::against_base) {
        row.against_base = judged;
        row.base_pair = {one.arm, one.than};
      }
      if (one.kind == Kind::against_before) {
        row.against_before = judged;
        row.before_pair = {one.arm, one.than};
      }
      if (one.kind == Kind::against_base || one.kind == Kind::against_before)
        if (one.row) row.row = one.row;
    }
    for (std::size_t i = 0; i < comparisons.size(); ++i)
      if (comparisons[i].kind == Kind::left_out)
        put_left_out(comparisons[i], judged_.of(questions_.comparisons[i]));
    for (auto& row : table_.rows)
      if (row.row) row.tag = study_.rows[*row.row].tag;
  }

  /// The difference stands beside the row that was added, and where there is none, in the row of
  /// the arm without it. That arm may itself be the one of another row, which it stays.
  void put_left_out(const Comparison& one, const std::optional<statistics::Judged>& judged) {
    auto& without = table_.rows[one.than];
    const auto put = [&](TableRow& row) {
      row.left_out = judged;
      row.left_out_pair = {one.arm, one.than};
    };
    if (!one.row) return put(without);
    if (!stand_.arms[one.than].rows.empty() && !without.row) {
      without.row = one.row;
      without.leaves_out = true;
    }
    const auto added = std::ranges::find_if(table_.rows, [&](const TableRow& row) {
      return row.row == one.row && !row.leaves_out && row.length == one.length;
    });
    put(added == table_.rows.end() ? without : *added);
  }

  void columns() {
    std::vector<std::pair<std::size_t, Contrast>> of_rows;
    std::vector<Contrast> contrasts;
    for (const auto& one : course_.comparisons())
      if (one.kind == Kind::against_base) {
        of_rows.emplace_back(one.arm, difference_of(one.arm, one.than));
        contrasts.push_back(of_rows.back().second);
      }
    for (const auto& column : table_.columns) {
      for (auto& row : table_.rows)
        row.figures.push_back({.mean = mean_of(figures_[row.arm].values(column))});
      const double margin = column.key == table_.column.key ? study_.margin : kNoMargin;
      Judgements judged(contrasts, figures_, column, {.level = study_.level, .margin = margin},
                        stand_.pilot);
      if (!complete_) judged.withhold_verdicts();
      for (const auto& [arm, contrast] : of_rows)
        table_.rows[arm].figures.back().against_base = judged.of(contrast);
    }
  }

  [[nodiscard]] std::vector<Effect> effects(const std::vector<NamedContrast>& contrasts) const {
    std::vector<Effect> effects;
    for (const auto& one : contrasts)
      effects.push_back({one.name, one.tag, judged_.of(one.contrast), by_seed(one.contrast)});
    return effects;
  }

  [[nodiscard]] std::vector<SeedDifference> by_seed(const Contrast& contrast) const {
    std::vector<SeedDifference> found;
    const auto sides = sides_of(contrast, figures_, column_);
    if (!sides) return found;
    const auto differences = sides->differences();
    for (std::size_t i = 0; i < differences.size(); ++i)
      found.push_back({stand_.seeds[sides->places[i]], differences[i]});
    return found;
  }

  void interactions() {
    if (!complete_ || study_.mode != Mode::orders || study_.rows.size() < 2) return;
    const auto subsets = std::size_t{1} << study_.rows.size();
    std::vector<std::vector<double>> by_seed(stand_.seeds.size());
    for (std::size_t arm = 0; arm < subsets; ++arm) {
      if (figures_[arm].diverged()) return;
      const auto values = figures_[arm].values(column_);
      for (std::size_t seed = 0; seed < by_seed.size(); ++seed)
        if (values[seed]) by_seed[seed].push_back(*values[seed]);
    }
    std::erase_if(by_seed, [&](const auto& values) { return values.size() < subsets; });
    if (by_seed.size() < 2) return;
    const auto pilot = pilot_of(std::ssize(by_seed), stand_.pilot);
    for (const auto& found : statistics::interactions(by_seed, study_.level, pilot))
      if (found.flagged)
        table_.interactions.push_back({study_.rows[found.first].name,
                                       study_.rows[found.second].name, found.effect,
                                       found.adjusted_p});
  }

  void pairing() {
    Pairing pairing;
    double apart = 0;
    double paired = 0;
    for (const auto& [contrast, judged] : judged_.all()) {
      const auto& difference = judged.difference;
      if (contrast.size() != 2 || !std::isfinite(difference.correlation)) continue;
      ++pairing.differences;
      pairing.correlation += difference.correlation;
      apart += std::pow(difference.deviation_a, 2) + std::pow(difference.deviation_b, 2);
      paired += std::pow(difference.deviation, 2);
    }
    if (pairing.differences == 0 || paired == 0) return;
    pairing.correlation /= static_cast<double>(pairing.differences);
    pairing.gain = apart / paired;
    table_.pairing = pairing;
  }

  /// The test images that the finished runs of an arm classify correctly; empty where one has none.
  [[nodiscard]] std::vector<std::vector<bool>> correct(std::size_t arm) const {
    std::vector<std::vector<bool>> runs;
    for (const auto* run : figures_[arm].by_seed) {
      if (run == nullptr) continue;
      if (run->correct.empty() || (!runs.empty() && runs[0].size() != run->correct.size()))
        return {};
      runs.push_back(run->correct);
    }
    return runs;
  }

  void images() {
    if (column_.key != "test.accuracy") return;
    for (const auto& one : course_.comparisons()) {
      auto& row = table_.rows[one.arm];
      if (one.kind != Kind::against_base || !row.against_base) continue;
      const auto a = correct(one.arm);
      const auto b = correct(one.than);
      if (a.empty() || b.empty() || a[0].size() != b[0].size()) continue;
      const auto fractions = statistics::bootstrap_over_images(a, b, {.level = study_.level});
      row.images = {column_.scale * fractions.low, column_.scale * fractions.high};
    }
  }

  void undecided() {
    if (judged_.all().empty()) return;
    const double alpha = 1 - statistics::bonferroni_level(study_.level, table_.comparisons);
    const double wanted = study_.detect > 0 ? study_.detect : study_.margin;
    for (const auto& contrast : questions_.family()) {
      const auto judged = judged_.of(contrast);
      if (!judged || judged->verdict != statistics::Verdict::undecided ||
          !judged->difference.has_test())
        continue;
      const auto& difference = judged->difference;
      table_.undecided.push_back(
          {.difference = questions_.name_of(contrast, stand_.arms),
           .smallest_detectable = statistics::smallest_detectable(
               difference.deviation, difference.n, study_.power, alpha, difference.pilot()),
           .wanted = wanted,
           .seeds = statistics::sample_size(wanted, difference.deviation, study_.power, alpha,
                                            difference.pilot())});
    }
  }

  void note_without_variance() {
    for (const auto& contrast : questions_.family()) {
      const auto judged = judged_.of(contrast);
      if (!judged || judged->difference.has_test()) continue;
      table_.notes.push_back(fmt::format(
          "{}: undecided, because the differences have no variance: every pair of runs differs by "
          "{:+.{}f}{}{}. So there is no t test, and the interval has no width.",
          questions_.name_of(contrast, stand_.arms), judged->difference.mean, column_.digits,
          column_.unit.empty() ? "" : " ", column_.unit));
    }
  }

  void notes() {
    auto& notes = table_.notes;
    const bool any_tuned =
        !study_.tune.empty() ||
        std::ranges::any_of(study_.rows, [](const Row& row) { return !row.tune.empty(); });
    if (!any_tuned)
      notes.emplace_back(
          "Nothing was tuned: the differences hold at the recipes' learning rates and strengths.");
    std::int64_t older = 0;
    for (const auto& row : table_.rows) {
      older += row.older;
      if (row.diverged > 0)
        notes.push_back(
            fmt::format("{} of {} runs of {} diverged: its differences are not judged, since the "
                        "other runs are a selection.",
                        row.diverged, row.diverged + row.finished + row.missing, row.name));
    }
    if (older > 0)
      notes.push_back(fmt::format(
          "For {} run{} there {} a result of another numerics version, which does not count: {} "
          "made again.",
          older, older == 1 ? "" : "s", older == 1 ? "is" : "are",
          older == 1 ? "the run is" : "the runs are"));
    if (complete_ && stand_.seeds.size() < 2)
      notes.emplace_back("A single seed decides nothing: no difference is judged.");
  }

  const Course& course_;
  const Study& study_;
  const Stand& stand_;
  const AnalyseOptions& options_;
  bool complete_;
  std::vector<ArmFigures> figures_;
  Column column_;  ///< of the verdicts
  Questions questions_;
  Judgements judged_;
  StudyTable table_;
};

}  // namespace

StudyTable analyse(const Course& course, const Stand& stand, const Results& results,
                   const AnalyseOptions& options) {
  return Analysis(course, stand, results, options).table();
}

}  // namespace temper::study

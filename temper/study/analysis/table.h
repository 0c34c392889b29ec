#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "temper/statistics/interval.h"
#include "temper/statistics/paired.h"
#include "temper/statistics/verdict.h"
#include "temper/study/definition/study.h"

/// What a study found: everything that its page and its tables show. All numbers of a figure are in
/// the unit that it is shown in: accuracies in percent, so that differences are percentage points.
namespace temper::study {

/// A figure of an evaluation, as a column shows it.
struct Column {
  std::string key;    ///< in Result::figures: "test.accuracy"
  std::string title;  ///< "test accuracy"
  std::string unit;   ///< of differences: "points", "s", or ""
  double scale = 1;   ///< from the stored number to the unit
  int digits = 2;     ///< after the decimal point
  bool higher_is_better = true;
};

/// One run of a row.
struct SeedPoint {
  std::int64_t seed = 0;
  std::string outcome;                    ///< "finished", "diverged", or "" while it has not ended
  std::optional<double> value = {};       ///< of the table's figure
  std::optional<double> validation = {};  ///< the same figure on the validation set
  std::optional<double> seconds = {};
};

/// The mean over the runs of a row after an epoch.
struct CurvePoint {
  std::int64_t epoch = 0;
  std::int64_t runs = 0;  ///< that reached it
  double seconds = 0;     ///< of training so far
  double train_loss = 0;
  double validation_loss = 0;
  double accuracy = 0;  ///< on the validation set; R^2 for regression targets
};

/// The mean of several runs.
struct Mean {
  std::int64_t n = 0;
  double mean = 0;
  double deviation = 0;  ///< standard deviation, divided by n - 1; 0 for a single run
};

/// A further column's figure of a row, and its difference from the base.
struct Cell {
  std::optional<Mean> mean = {};  ///< empty where no run has the figure
  std::optional<statistics::Judged> against_base = {};
};

/// A number that was tuned for a row.
struct TunedNumber {
  std::string path;
  std::string value;          ///< TOML
  std::vector<double> tried;  ///< ascending
  bool at_edge = false;       ///< the best value is the lowest or highest that was tried, and the
                              ///< option's range goes on beyond it
};

/// The rows of a difference, the first minus the second: numbers of StudyTable::rows.
struct RowPair {
  std::size_t row = 0;
  std::size_t than = 0;
};

struct TableRow {
  std::string name;
  Tag tag = Tag::none;
  std::size_t arm = 0;
  std::optional<std::size_t> row = {};     ///< of Study::rows: the row that it adds, or leaves out
  bool leaves_out = false;                 ///< it is all rows without `row`
  std::optional<std::size_t> length = {};  ///< of Study::lengths; none: the base's own

  std::vector<TunedNumber> tuned = {};
  std::int64_t tuning_runs = 0;

  std::int64_t finished = 0;
  std::int64_t diverged = 0;
  std::int64_t missing = 0;  ///< runs that have not ended yet
  std::int64_t older = 0;    ///< runs that have a result of another numerics version, too

  std::optional<Mean> value = {};       ///< of the table's figure, over the finished runs
  std::optional<Mean> validation = {};  ///< the same figure on the validation set
  std::int64_t rank = 0;  ///< by validation, from 1, among rows of its length; 0: a run diverged,
                          ///< or there is none yet
  double seconds = 0;     ///< mean of a finished run
  bool pareto = false;    ///< no row of its length is at least as good on validation and faster

  // Differences of pairs of runs with equal seeds. None is given where a run of either side
  // diverged: the other runs would be a selection. Those without variance have no test
  // (judgements.h). Before the study is complete, verdicts and p-values are withheld.
  std::optional<statistics::Judged> against_base = {};
  std::optional<statistics::Judged> against_before = {};  ///< what the row adds to those above it
  /// What the row adds to all the others; 2 x 2: what the other change adds to this one.
  std::optional<statistics::Judged> left_out = {};
  // Of which rows these are the differences, where they are given.
  RowPair base_pair = {};
  RowPair before_pair = {};
  RowPair left_out_pair = {};
  /// Of the difference from the base, for these very runs and other images: a bootstrap over the
  /// test images. The intervals above are for these images and other seeds.
  std::optional<statistics::Interval> images = {};

  std::vector<Cell> figures = {};  ///< in the order of StudyTable::columns
  std::vector<SeedPoint> points = {};
  std::vector<CurvePoint> curve = {};
};

/// A difference in the runs of one seed.
struct SeedDifference {
  std::int64_t seed = 0;
  double value = 0;
};

/// A sum or mean of differences: the gains of the rows with a tag, an effect, a contribution.
struct Effect {
  std::string name;
  Tag tag = Tag::none;
  std::optional<statistics::Judged> judged = {};  ///< empty where a run diverged or has not ended
  std::vector<SeedDifference> by_seed = {};       ///< what was judged
};

/// Two rows whose gains depend on each other: together they change more (positive) or less than
/// each of them alone.
struct FlaggedInteraction {
  std::string first, second;
  statistics::PairedDifference effect;
  double adjusted_p = 1;  ///< by Holm, among all pairs of rows
};

/// What equal seeds bought: how far two rows rise and fall together.
struct Pairing {
  std::int64_t differences = 0;  ///< that it is the mean of
  double correlation = 0;        ///< of the two sides of a difference
  double gain = 1;               ///< so many times as many seeds would be needed without pairs
};

/// A claim of the literature about two rows.
struct ClaimRow {
  std::size_t claim = 0;  ///< of Study::claims
  std::string text, source;
  std::string expected;                    ///< "test accuracy higher: dropout than base"
  std::optional<std::size_t> length = {};  ///< of Study::lengths; none: the base's own
  Column column = {};
  std::optional<statistics::Judged> judged = {};  ///< adjusted among all claims
  /// With these seeds; 0 without a difference, infinite where the differences have no variance.
  double smallest_detectable = 0;
  std::string outcome;  ///< "holds", "does not hold", "undecided", "undecided: the differences have
                        ///< no variance", or "a run diverged"
};

/// An undecided difference, and what deciding it would take.
struct Undecided {
  std::string difference;          ///< "dropout against base"
  double smallest_detectable = 0;  ///< with these seeds
  double wanted = 0;               ///< detect, or where there is none the margin
  std::int64_t seeds = 0;          ///< that finding `wanted` would take
};

struct StudyTable {
  std::string name, description, base_name;
  Mode mode = Mode::additive;
  Column column;      ///< of the verdicts
  Column validation;  ///< that rows rank by
  Column curve;       ///< of CurvePoint::accuracy
  std::vector<Column> columns = {};
  double level = 0.95, margin = 0, detect = 0, power = 0.8;
  std::vector<std::int64_t> seeds = {};
  bool splits_redrawn = false;
  std::vector<std::string> tuned = {};  ///< paths tuned for every row; empty: nothing was
  std::vector<std::string> lengths = {};
  bool complete = false;         ///< no run is left to do
  std::int64_t comparisons = 0;  ///< that p-values and simultaneous intervals are adjusted for

  std::vector<TableRow> rows = {};         ///< an arm each, the base first
  std::vector<Effect> sums = {};           ///< by tag: of the additive gains
  std::vector<Effect> sums_left_out = {};  ///< by tag: of what rows add to all the others
  std::vector<Effect> effects = {};        ///< 2 x 2: architecture, training, interaction
  std::vector<Effect> contributions = {};  ///< of each row, the mean over all orders
  std::vector<FlaggedInteraction> interactions = {};
  std::vector<ClaimRow> claims = {};
  std::optional<Pairing> pairing = {};
  std::vector<Undecided> undecided = {};

  std::int64_t runs = 0;   ///< that the table and its tuning rest on
  double seconds = 0;      ///< of them, one after another
  std::string saved = {};  ///< what training common parts of runs once saved, a sentence
  std::vector<std::string> plan =
      {};  ///< how the seeds were chosen, what they cost, one sentence each
  std::vector<std::string> notes = {};  ///< what a reader must know, one sentence each
};

}  // namespace temper::study

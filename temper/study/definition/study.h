#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/fields.h"
#include "temper/recipe/text.h"
#include "temper/recipe/tree.h"
#include "temper/study/definition/edits.h"

/// The study file: a base recipe, rows that each change it, and how they are compared.
namespace temper::study {

/// Which combinations of the rows are trained.
enum class Mode : std::uint8_t {
  additive,       ///< each row on top of those above; beside it, all rows without each one
  leave_one_out,  ///< all rows, and all without each one
  one_at_a_time,  ///< each row alone on the base, or on the row that it extends
  grid,           ///< every combination
  random,         ///< some combinations of the grid, drawn at random
  orders,         ///< every subset, for the mean over all orders (Shapley values)
  two_by_two,     ///< old and new architecture x old and new training
};

/// `none` belongs to no sum.
enum class Tag : std::uint8_t { none, training, regularization, architecture };

/// Whether all seeds have one validation split, or each has its own.
enum class Splits : std::uint8_t { shared, redrawn };

/// What a claim expects of a figure in its row, compared with another row.
enum class Expect : std::uint8_t { higher, lower, equal, different };

/// One row: changes to the base recipe.
struct Row {
  std::string name;
  std::string description;
  Tag tag = Tag::none;
  std::string extends;
  Edits set;
  Edits values;
  std::int64_t from_step = 0;
  std::vector<std::string> tune;
  Edits tune_grid;

  // Filled in by load_study().
  std::size_t axis = 0;  ///< number of its [[row]] in the file; rows of one list of values share it
  std::optional<std::size_t> extended;  ///< the row that `extends` names
  Where where;                          ///< of its [[row]]

  static constexpr auto fields() {
    return std::tuple{
        field(&Row::name, {.name = "name", .meaning = "name of the row in tables and plots"}),
        field(&Row::description,
              {.name = "description", .meaning = "what the row is, in a few words"}),
        field(&Row::tag, {.name = "tag",
                          .meaning = "kind of the change, by which gains are added up; two_by_two "
                                     "compares architecture with everything else"}),
        field(&Row::extends,
              {.name = "extends",
               .meaning = "name of another row, on top of which this one is made and with which it "
                          "is compared, in place of the base (mode one_at_a_time)"}),
        field(&Row::set,
              {.name = "set",
               .meaning = "the changes: options of the recipe with their values, as in "
                          "set.model.width = 32, or set.optimizer = { kind = \"adamw\" }"}),
        field(&Row::values,
              {.name = "values",
               .meaning = "in place of set: one option with a list of values, each of which is a "
                          "row, as in values.model.width = [16, 32] (modes grid, random, "
                          "one_at_a_time)"}),
        field(&Row::from_step,
              {.name = "from_step",
               .meaning = "step from which on the changes apply; before it the run is that without "
                          "the row, and is trained once for both",
               .unit = "steps",
               .bounds = {.low = 0}}),
        field(&Row::tune, {.name = "tune",
                           .meaning = "numbers that are tuned in this row only, such as the "
                                      "strength that it sets, in addition to the study's"}),
        field(&Row::tune_grid,
              {.name = "tune_grid",
               .meaning = "values to try in this row, as in tune_grid.optimizer.lr = [0.1, 0.3]"})};
  }
};

/// The base and some rows once more with other options, usually another length of the run.
struct Length {
  std::string name;
  Edits set;
  std::vector<std::string> rows;

  std::vector<std::size_t> chosen;  ///< numbers of its rows; filled in by load_study()
  Where where;

  static constexpr auto fields() {
    return std::tuple{
        field(&Length::name,
              {.name = "name", .meaning = "name of this length, as in \"30 epochs\""}),
        field(&Length::set, {.name = "set",
                             .meaning = "changes to the base and to the rows, as in set.epochs = "
                                        "30; they are made before those of the rows"}),
        field(&Length::rows, {.name = "rows",
                              .meaning = "names of the rows that are trained so, too; none: all"})};
  }
};

/// A statement of the literature about two rows.
struct Claim {
  std::string text;
  std::string source;
  std::string figure;
  std::string row;
  std::string than;
  Expect expect = Expect::higher;

  Where where;

  static constexpr auto fields() {
    return std::tuple{
        field(&Claim::text, {.name = "text", .meaning = "the claim, in a sentence"}),
        field(&Claim::source, {.name = "source", .meaning = "who makes it, as authors and year"}),
        field(&Claim::figure,
              {.name = "figure", .meaning = "figure that it speaks of; none: the study's metric"}),
        field(&Claim::row, {.name = "row", .meaning = "name of the row that it speaks of"}),
        field(&Claim::than, {.name = "than",
                             .meaning = "name of the row or base that it is compared with; none: "
                                        "the base, or the row that it extends"}),
        field(&Claim::expect,
              {.name = "expect",
               .meaning = "what the figure is in the row, according to the claim"})};
  }
};

/// The largest of Study::seeds: it leaves room for those that follow it, of seeds_of() and
/// tuning_seeds().
inline constexpr double kLargestSeed = 1e18;

struct Study {
  std::string name;
  std::string description;
  std::string base;
  std::string base_name = "base";
  Mode mode = Mode::additive;
  std::vector<std::int64_t> seeds;
  std::string metric;
  std::vector<std::string> figures;
  std::int64_t sensitivity = 200;
  double attack_radius = 8.0 / 255;
  std::int64_t attack_steps = 10;
  std::int64_t attack_images = 1000;
  std::vector<std::string> clusters;
  double level = 0.95;
  double margin = 0.2;
  double detect = 0;
  double power = 0.8;
  std::int64_t pilot = 5;
  std::int64_t looks = 1;
  std::string budget;
  Splits splits = Splits::shared;
  std::vector<std::string> tune;
  Edits tune_grid;
  double tune_factor = 2;
  std::int64_t tune_count = 3;
  std::int64_t tune_budget = 0;
  std::int64_t tune_seeds = 2;
  std::int64_t combinations = 20;
  std::vector<Tag> sums;
  std::vector<Row> rows;
  std::vector<Length> lengths;
  std::vector<Claim> claims;

  // Filled in by load_study().
  recipe::Tree base_tree;               ///< of the base recipe
  std::vector<recipe::Tree> base_sets;  ///< its edits on the command line
  double budget_seconds = 0;            ///< 0: no limit
  recipe::Places places;                ///< where the text sets each option: "margin", "row.6.name"

  static constexpr auto fields() {
    return std::tuple{
        field(&Study::name,
              {.name = "name", .meaning = "title of the study; none: the file's name"}),
        field(&Study::description,
              {.name = "description", .meaning = "what the study asks, in a sentence"}),
        field(&Study::base,
              {.name = "base",
               .meaning = "the recipe that the rows change: its path, relative to the study file, "
                          "or a table [base] with its options"}),
        field(&Study::base_name,
              {.name = "base_name", .meaning = "name of the base in tables and plots"}),
        field(&Study::mode,
              {.name = "mode",
               .meaning = "combinations of the rows that are trained. additive: each row on top of "
                          "those above, and all rows without each one; leave_one_out: all rows, "
                          "and all without each one; one_at_a_time: each alone; grid: every "
                          "combination; random: some combinations; orders: every subset of up to "
                          "six rows, for the mean gain over all orders; two_by_two: old and new "
                          "architecture with old and new training"}),
        field(&Study::seeds,
              {.name = "seeds",
               .meaning = "number of seeds that every row is trained with (1, 2, 3, ...), or their "
                          "list; with detect they may be left out, and are as many as it needs",
               .bounds = {0, kLargestSeed}}),
        field(&Study::metric,
              {.name = "metric",
               .meaning = "figure that rows are compared by; none: accuracy, or r2 for regression "
                          "targets"}),
        field(&Study::figures,
              {.name = "figures", .meaning = "further figures, each a column of the table"}),
        field(&Study::sensitivity, {.name = "sensitivity",
                                    .meaning = "number of images for the figure sensitivity.mean",
                                    .bounds = {1, 1e6}}),
        field(&Study::attack_radius,
              {.name = "attack_radius",
               .meaning = "largest change of a sample for the figures fgsm.accuracy and "
                          "pgd.accuracy, of samples in [0, 1]: 8/255 is 0.0314",
               .bounds = {0, 1, true, false}}),
        field(&Study::attack_steps, {.name = "attack_steps",
                                     .meaning = "steps of the attack for the figure pgd.accuracy",
                                     .bounds = {1, 1000}}),
        field(&Study::attack_images,
              {.name = "attack_images",
               .meaning = "number of images that are attacked, the same for all runs",
               .bounds = {1, 1e6}}),
        field(&Study::clusters,
              {.name = "clusters",
               .meaning =
                   "three classes for the figures clusters.training.ratio (and validation, test): "
                   "the distance within classes by that between them"}),
        field(&Study::level, {.name = "level",
                              .meaning = "confidence level of intervals; tests are at 1 - level",
                              .bounds = {0.5, 0.9999}}),
        field(&Study::margin,
              {.name = "margin",
               .meaning = "difference that does not matter, in the unit of the metric (percentage "
                          "points for accuracy): rows that differ by less are called no different",
               .bounds = {.low = 0, .open_low = true}}),
        field(
            &Study::detect,
            {.name = "detect",
             .meaning = "difference that the study is to find, in the unit of the metric: a pilot "
                        "estimates the deviation, from which the number of seeds follows; 0: "
                        "the number is that of seeds",
             .bounds = {.low = 0}}),
        field(&Study::power, {.name = "power",
                              .meaning = "probability with which a difference of detect is found",
                              .bounds = {0.5, 0.99}}),
        field(&Study::pilot,
              {.name = "pilot", .meaning = "number of seeds of the pilot", .bounds = {3, 100}}),
        field(&Study::looks,
              {.name = "looks",
               .meaning = "number of times that the differences are looked at while seeds are "
                          "added, to end as soon as all are decided, with bounds that nearly hold "
                          "the confidence level; 1: at the end alone",
               .bounds = {1, 20}}),
        field(&Study::budget,
              {.name = "budget",
               .meaning = R"(time that the study may take, as in "2h" or "45m"; none: no limit)"}),
        field(&Study::splits,
              {.name = "splits",
               .meaning = "shared: one validation split for all seeds; redrawn: another one for "
                          "each seed"}),
        field(&Study::tune,
              {.name = "tune",
               .meaning = "numbers that are tuned again for the base and every row, on the "
                          "validation set, as in [\"optimizer.lr\"]; of a scheduled one its peak"}),
        field(&Study::tune_grid,
              {.name = "tune_grid",
               .meaning = "values to try, as in tune_grid.optimizer.lr = [0.1, 0.3, 1]"}),
        field(&Study::tune_factor,
              {.name = "tune_factor",
               .meaning = "without a grid: ratio of the values to try, around that of the recipe",
               .bounds = {1, 1000, true, false}}),
        field(&Study::tune_count, {.name = "tune_count",
                                   .meaning = "without a grid: number of values to try",
                                   .bounds = {2, 100}}),
        field(&Study::tune_budget,
              {.name = "tune_budget",
               .meaning = "largest number of settings that are tried for a row; a best value at "
                          "the edge of its grid widens the grid up to this number; 0: twice those "
                          "of the largest grid",
               .bounds = {0, 10000}}),
        field(&Study::tune_seeds, {.name = "tune_seeds",
                                   .meaning = "number of seeds that every setting is tried with; "
                                              "they are other ones than those of the tables",
                                   .bounds = {1, 100}}),
        field(&Study::combinations, {.name = "combinations",
                                     .meaning = "number of combinations in mode random",
                                     .bounds = {1, 1000}}),
        field(&Study::sums, {.name = "sums",
                             .meaning = "tags whose rows' gains are added up; none: all that rows "
                                        "have"}),
        field(&Study::rows, {.name = "row", .meaning = "the rows, each a table [[row]]"}),
        field(
            &Study::lengths,
            {.name = "length",
             .meaning = "other lengths of the run, each a table [[length]], at which the base and "
                        "some rows are trained once more"}),
        field(&Study::claims,
              {.name = "claim", .meaning = "claims to be tested, each a table [[claim]]"})};
  }
};

/// Reads a study file and its base recipe. Throws Error{Code::usage} with file, line and, for a
/// row, its number and name, for everything that is wrong with the study that can be known before
/// the data is read: nothing has run then. Throws Error{Code::io} when a file can't be read.
/// @param sets  edits: of the base recipe where they begin with "base.", as in base.epochs=2; else
///              of the study file, as in seeds=3
Study load_study(const std::filesystem::path& file, const std::vector<std::string>& sets = {});
/// The same for a study's text.
/// @param name  of the text, in messages; a base recipe's path is relative to its folder
Study parse_study(std::string_view text, const std::string& name,
                  const std::vector<std::string>& sets = {});

/// The seeds of the first n trials of every arm: those of the study, then those that follow the
/// largest of them.
std::vector<std::int64_t> seeds_of(const Study& study, std::int64_t n);
/// The seeds of tuning, which no trial of a table has.
std::vector<std::int64_t> tuning_seeds(const Study& study);

}  // namespace temper::study

template <>
struct temper::EnumNames<temper::study::Mode> {
  static constexpr std::array<std::string_view, 7> value{
      "additive", "leave_one_out", "one_at_a_time", "grid", "random", "orders", "two_by_two"};
};
template <>
struct temper::EnumNames<temper::study::Tag> {
  static constexpr std::array<std::string_view, 4> value{"none", "training", "regularization",
                                                         "architecture"};
};
template <>
struct temper::EnumNames<temper::study::Splits> {
  static constexpr std::array<std::string_view, 2> value{"shared", "redrawn"};
};
template <>
struct temper::EnumNames<temper::study::Expect> {
  static constexpr std::array<std::string_view, 4> value{"higher", "lower", "equal", "different"};
};

#include "temper/study/definition/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "temper/core/duration.h"
#include "temper/core/spelling.h"
#include "temper/study/definition/combinations.h"
#include "temper/study/definition/labels.h"
#include "temper/study/definition/metrics.h"

namespace temper::study {
namespace {

constexpr std::size_t kMostRows = 200;
constexpr std::size_t kMostRowsOfOrders = 6;
constexpr std::string_view kClusters = "clusters.";
constexpr std::string_view kSensitivity = "sensitivity.";
constexpr std::string_view kFgsm = "fgsm.";
constexpr std::string_view kPgd = "pgd.";
constexpr std::string_view kLeaveSeed =
    "seed, which is each of the study's seeds in turn; leave it out here, and name the seeds with "
    "seeds, as in seeds = [7, 8, 9]";

/// The rules of a study as a whole.
class Rules {
 public:
  explicit Rules(const Study& study) : study_(study) {}

  void apply() const {
    seeds();
    leave_seed();
    metric();
    measured();
    tuning();
    mode();
    sums();
  }

  void apply_to_targets(bool regression) const {
    metric();
    has(study_.metric, at("metric"), regression);
    for (const auto& name : study_.figures) has(name, at("figures"), regression);
    for (const auto& claim : study_.claims)
      if (!claim.figure.empty()) has(claim.figure, claim.where, regression);
  }

 private:
  [[nodiscard]] Where at(std::string_view option) const {
    return recipe::place(study_.places, option);
  }
  [[nodiscard]] bool given(std::string_view option) const {
    return study_.places.contains(std::string(option));
  }
  void only_with(std::string_view option, bool needed, std::string_view what) const {
    if (given(option) && !needed)
      refuse(at(option), fmt::format("{} has no effect without {}; leave it out", option, what));
  }

  void seeds() const {
    only_with("pilot", study_.detect > 0, "detect");
    if (study_.power <= 1 - study_.level)
      refuse(at("power"), fmt::format("power is {}, which a test at the level {} has without any "
                                      "difference; raise power, or level",
                                      study_.power, 1 - study_.level));
    if (study_.looks > 1 && study_.detect > 0)
      refuse(at("looks"),
             "looks and detect are both given, but the plan of detect is for one look at the end; "
             "keep one");
    if (study_.looks > 1 && !study_.claims.empty())
      refuse(at("looks"), "looks are for the rows' differences; leave it out in a study of claims");
    const std::set<std::int64_t> all(study_.seeds.begin(), study_.seeds.end());
    if (study_.detect > 0 && !all.empty())
      refuse(at("seeds"),
             "seeds and detect are both given, but the number of seeds follows from "
             "detect; keep one");
    if (study_.detect > 0) return;
    if (all.empty())
      refuse(at("seeds"),
             "no seeds; give their number, as in seeds = 5, or the difference that the "
             "study is to find, as in detect = 0.3");
    if (all.size() < study_.seeds.size())
      refuse(at("seeds"),
             fmt::format("seed {} is there twice; a run that is made twice is no second "
                         "measurement",
                         twice(study_.seeds)));
    if (all.size() < 2) refuse(at("seeds"), "one seed; differences between rows need two or more");
  }
  static std::int64_t twice(std::vector<std::int64_t> numbers) {
    std::ranges::sort(numbers);
    return *std::ranges::adjacent_find(numbers);
  }

  /// The recipe's seed is each of the study's in turn, whatever a row, a length or tuning gives it.
  void leave_seed() const {
    const auto unset = [](const Edits& edits, const std::string& whose) {
      for (const auto& edit : edits.all)
        if (edit.path == "seed")
          refuse(edit.where(), fmt::format("{}: it sets {}", whose, kLeaveSeed));
    };
    const auto untuned = [](const std::vector<std::string>& tuned, const Where& where) {
      if (std::ranges::count(tuned, "seed") > 0)
        refuse(where, fmt::format("tune names {}", kLeaveSeed));
    };
    for (const auto& row : study_.rows) {
      unset(row.set, label(row));
      in_row(row, [&] { untuned(row.tune, row.where); });
    }
    for (std::size_t i = 0; i < study_.lengths.size(); ++i)
      unset(study_.lengths[i].set, fmt::format("length {} '{}'", i + 1, study_.lengths[i].name));
    untuned(study_.tune, at("tune"));
  }

  static const Metric& known(const std::string& name, const Where& where) {
    try {
      return metric_of(name);
    } catch (const Error& error) {
      throw error.within(where);
    }
  }

  void metric() const {
    const auto& name = study_.metric;
    const auto& metric = name.empty() ? metrics().front() : known(name, at("metric"));
    if (!metric.by_split)
      refuse(at("metric"),
             fmt::format("metric is {}, which is not measured on the validation and on "
                         "the test set; name it among figures",
                         name));
    if (!name.empty() && name != metric.name)
      refuse(
          at("metric"),
          fmt::format("metric is {0}, but rows rank on the validation set and the final table is "
                      "of the test set; write \"{1}\"",
                      name, metric.name));
    if (metric.unit != metrics().front().unit && !given("margin"))
      refuse(at("metric"), fmt::format("metric is {}, for which margin has no default; give the "
                                       "difference that does not matter, as in margin = 0.01",
                                       name));
    for (const auto* option : {"margin", "detect"}) {
      const double value = option == std::string_view("margin") ? study_.margin : study_.detect;
      if (metric.unit == "points" && value >= metric.scale)
        refuse(at(option), fmt::format("{} is {} percentage points; expected less than {}", option,
                                       value, metric.scale));
    }
  }

  /// Refuses a figure that such targets don't have.
  static void has(const std::string& name, const Where& where, bool regression) {
    const auto& metric = metric_of(name);
    if (regression ? metric.for_classes : metric.for_values)
      refuse(where, fmt::format("the figure {} is not measured of {}, which these images have; "
                                "leave it out",
                                name, regression ? "regression targets" : "classes"));
  }

  /// A figure without a split is that of the test set, which may be named, too.
  void figures() const {
    std::map<std::string, std::string_view> seen;  // by their columns
    for (const auto& name : study_.figures) {
      (void)known(name, at("figures"));
      const auto [first, is_new] = seen.try_emplace(metric_key(name, "test"), name);
      if (is_new) continue;
      refuse(at("figures"), first->second == name
                                ? fmt::format("the figure {} is there twice: keep one", name)
                                : fmt::format("the figures {} and {} are the same column: keep one",
                                              first->second, name));
    }
  }

  void measured() const {
    figures();
    only_with("sensitivity", measures(study_, kSensitivity), "the figure sensitivity.mean");
    const bool pgd = measures(study_, kPgd);
    only_with("attack_steps", pgd, "the figure pgd.accuracy");
    for (const auto* option : {"attack_radius", "attack_images"})
      only_with(option, pgd || measures(study_, kFgsm),
                "one of the figures fgsm.accuracy and pgd.accuracy");
    only_with("clusters", measures(study_, kClusters), "a figure such as clusters.training.ratio");
    const std::set<std::string_view> classes(study_.clusters.begin(), study_.clusters.end());
    if (measures(study_, kClusters) && (classes.size() != 3 || study_.clusters.size() != 3))
      refuse(at("clusters"),
             "clusters needs the names of three classes, two of them similar, as in "
             "clusters = [\"Shirt\", \"Coat\", \"Bag\"]");
    if (study_.budget.empty()) return;
    try {
      (void)parse_duration(study_.budget);
    } catch (const Error& error) {
      refuse(at("budget"), fmt::format("budget: {}", error.message()));
    }
  }

  void tuning() const {
    const bool any = !study_.tune.empty() || std::ranges::any_of(study_.rows, [](const Row& row) {
      return !row.tune.empty();
    });
    for (const auto* option : {"tune_factor", "tune_count", "tune_budget", "tune_seeds"})
      only_with(option, any, "tune");
    grids(study_.tune_grid, study_.tune, at("tune"));
    for (const auto& row : study_.rows)
      in_row(row, [&] {
        auto tuned = row.tune;
        for (const auto& path : study_.tune)
          if (std::ranges::find(tuned, path) == tuned.end())
            tuned.push_back(path);
          else
            refuse(row.where, fmt::format("tune names {}, which is tuned in every row", path));
        grids(row.tune_grid, tuned, row.where);
      });
  }
  static void grids(const Edits& grids, const std::vector<std::string>& tuned, const Where& where) {
    for (auto path = tuned.begin(); path != tuned.end(); ++path)
      if (std::find(path + 1, tuned.end(), *path) != tuned.end())
        refuse(where, fmt::format("tune names {} twice: keep one", *path));
    for (const auto& grid : grids.all)
      if (std::ranges::find(tuned, grid.path) == tuned.end())
        refuse(grid.where(),
               fmt::format("tune_grid has values of {}, which is not tuned; add it to "
                           "tune, or leave the values out",
                           grid.path));
  }

  [[nodiscard]] Where rows_place() const {
    return study_.rows.empty() ? at("") : study_.rows.front().where;
  }

  void mode() const {
    const auto count = study_.rows.size();
    const auto name = name_of(study_.mode);
    only_with("combinations", study_.mode == Mode::random, "mode = \"random\"");
    if (count == 0)
      refuse(at(""),
             "no rows; add the changes to compare, each in a table [[row]] with a name and "
             "set");
    if (count > kMostRows)
      refuse(rows_place(), fmt::format("{} rows; expected at most {}", count, kMostRows));
    if (study_.mode == Mode::orders && count > kMostRowsOfOrders)
      refuse(at("mode"), fmt::format("{} rows, so {} subsets; mode = \"orders\" takes at most {} "
                                     "rows: leave out {}, or use another mode",
                                     count, std::exp2(static_cast<double>(count)),
                                     kMostRowsOfOrders, count - kMostRowsOfOrders));
    if ((study_.mode == Mode::leave_one_out || study_.mode == Mode::orders) && count < 2)
      refuse(at("mode"), fmt::format("one row; mode = \"{}\" needs two or more", name));
    if (study_.mode == Mode::grid && number_of_combinations(study_) > kMostCombinations)
      refuse(at("mode"), fmt::format("the grid has {:.0f} combinations; expected at most {}: leave "
                                     "rows out, or draw some with mode = \"random\"",
                                     number_of_combinations(study_), kMostCombinations));
    if (study_.mode == Mode::two_by_two) two_by_two();
  }

  void two_by_two() const {
    for (const auto& row : study_.rows)
      if (row.tag == Tag::none)
        refuse(row,
               "it has no tag; mode = \"two_by_two\" needs to know whether it belongs to the "
               "architecture or to the training");
    const auto architectures = std::ranges::count(study_.rows, Tag::architecture, &Row::tag);
    if (architectures == 0 || architectures == std::ssize(study_.rows))
      refuse(at("mode"),
             fmt::format("no row has {}; mode = \"two_by_two\" compares old and new architectures "
                         "with old and new trainings",
                         architectures == 0 ? "the tag architecture"
                                            : "one of the tags training and regularization"));
  }

  void sums() const {
    std::set<Tag> seen;
    for (const auto tag : study_.sums) {
      if (tag == Tag::none)
        refuse(at("sums"), "sums has \"none\"; expected training, regularization or architecture");
      if (!seen.insert(tag).second)
        refuse(at("sums"), fmt::format("sums has {} twice: keep one", name_of(tag)));
      if (std::ranges::find(study_.rows, tag, &Row::tag) == study_.rows.end())
        refuse(at("sums"),
               fmt::format("sums has {0}, but no row has that tag; add tag = \"{0}\" to "
                           "rows, or leave it out",
                           name_of(tag)));
    }
  }

  const Study& study_;
};

/// What rows say about one another.
class Names {
 public:
  explicit Names(Study& study) : study_(study) {}

  void apply() {
    rows();
    lengths();
    claims();
  }

 private:
  /// The row of a name.
  [[nodiscard]] std::size_t row_of(const std::string& name, const Where& where,
                                   std::string_view option) const {
    const auto row = std::ranges::find(study_.rows, name, &Row::name);
    if (row != study_.rows.end()) return static_cast<std::size_t>(row - study_.rows.begin());
    std::vector<std::string_view> names;
    for (const auto& one : study_.rows) names.push_back(one.name);
    refuse(where, fmt::format("{} names the row \"{}\", which there is not: {}", option, name,
                              suggestion(name, names, "the rows are")));
  }

  [[nodiscard]] bool has_arms_of_rows() const {
    return study_.mode == Mode::additive || study_.mode == Mode::one_at_a_time ||
           study_.mode == Mode::orders;
  }

  void rows() {
    std::set<std::string_view> names{study_.base_name};
    if (study_.base_name.empty())
      refuse(recipe::place(study_.places, "base_name"), "base_name is empty; expected a name");
    for (std::size_t i = 0; i < study_.rows.size(); ++i) {
      auto& row = study_.rows[i];
      if (row.name.empty()) refuse(row, "it has no name, as in name = \"label smoothing\"");
      if (!names.insert(row.name).second)
        refuse(row, row.name == study_.base_name ? "the base has this name; give base_name, or the "
                                                   "row another name"
                                                 : "another row has this name");
      if (row.set.all.empty() && row.tune.empty())
        refuse(row, "it sets nothing; give its changes, as in set.optimizer.weight_decay = 5e-4");
      if (!row.values.all.empty() && study_.mode != Mode::grid && study_.mode != Mode::random &&
          study_.mode != Mode::one_at_a_time)
        refuse(row, fmt::format("values are for the modes grid, random and one_at_a_time, not for "
                                "{}; use set",
                                name_of(study_.mode)));
      extend(row, i);
    }
  }

  void extend(Row& row, std::size_t index) {
    if (row.extends.empty()) return;
    if (study_.mode != Mode::one_at_a_time)
      refuse(row, fmt::format("extends is for mode = \"one_at_a_time\", not for {}",
                              name_of(study_.mode)));
    in_row(row, [&] {
      row.extended = row_of(row.extends, row.where, "extends");
      if (*row.extended >= index)
        refuse(row.where,
               fmt::format("extends names \"{}\"; expected a row above this one", row.extends));
    });
  }

  void lengths() {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < study_.lengths.size(); ++i) {
      auto& length = study_.lengths[i];
      const auto label = fmt::format("length {}", i + 1);
      if (length.name.empty() || !names.insert(length.name).second)
        refuse(length.where,
               fmt::format("{} needs a name of its own, as in name = \"30 epochs\"", label));
      if (length.set.all.empty())
        refuse(length.where, fmt::format("{} '{}' sets nothing; expected its length, as in "
                                         "set.epochs = 30",
                                         label, length.name));
      if (!length.rows.empty() && !has_arms_of_rows())
        refuse(length.where,
               fmt::format("{} '{}' names rows, which mode = \"{}\" does not train by "
                           "themselves; leave rows out, which means all",
                           label, length.name, name_of(study_.mode)));
      std::set<std::size_t> chosen;
      for (const auto& name : length.rows) chosen.insert(row_of(name, length.where, label));
      length.chosen.assign(chosen.begin(), chosen.end());
    }
  }

  void claims() {
    for (std::size_t i = 0; i < study_.claims.size(); ++i) {
      auto& claim = study_.claims[i];
      const auto label = fmt::format("claim {}", i + 1);
      if (claim.text.empty())
        refuse(claim.where,
               fmt::format("{} has no text, as in text = \"Dropout raises accuracy\"", label));
      if (claim.row.empty())
        refuse(claim.where, fmt::format("{} '{}' names no row", label, claim.text));
      if (!has_arms_of_rows())
        refuse(claim.where, fmt::format("{} is of single rows, which mode = \"{}\" does not "
                                        "compare",
                                        label, name_of(study_.mode)));
      for (const auto& name : {claim.row, claim.than})
        if (!name.empty() && name != study_.base_name) (void)row_of(name, claim.where, label);
      if (claim.row == claim.than || (claim.row == study_.base_name && claim.than.empty()))
        refuse(claim.where, fmt::format("{} compares {} with itself", label, claim.row));
      if (claim.figure.empty()) continue;
      try {
        (void)metric_of(claim.figure);
      } catch (const Error& error) {
        throw labelled(error, claim.where, label);
      }
    }
  }

  Study& study_;
};

}  // namespace

Study for_targets(Study study, bool regression) {
  if (study.metric.empty()) study.metric = regression ? "r2" : "accuracy";
  Rules(study).apply_to_targets(regression);
  return study;
}

bool measures(const Study& study, std::string_view start) {
  auto names = study.figures;
  names.push_back(study.metric);
  for (const auto& claim : study.claims) names.push_back(claim.figure);
  std::erase(names, "");
  return std::ranges::any_of(
      names, [&](const std::string& name) { return metric_of(name).name.starts_with(start); });
}

void apply_rules(Study& study) {
  Names(study).apply();
  Rules(study).apply();
  if (!study.budget.empty()) study.budget_seconds = parse_duration(study.budget);
}

}  // namespace temper::study

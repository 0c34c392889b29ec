#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "temper/statistics/verdict.h"
#include "temper/study/analysis/table.h"

/// Tables of studies that never ran, as analyse() would make them.
namespace temper::report::fake {

using Numbers = std::vector<double>;

inline const std::vector<std::int64_t> kSeeds{1, 2, 3, 4};

/// a - b by seed, judged among `comparisons` differences.
inline statistics::Judged judged(const Numbers& a, const Numbers& b) {
  const std::vector<statistics::Comparison> comparisons{{a, b}};
  return statistics::judge(comparisons, {.margin = 0.2}).front();
}

inline study::Mean mean(const Numbers& values) {
  const auto difference = statistics::paired_difference(values, Numbers(values.size(), 0.0));
  return {.n = difference.n, .mean = difference.mean, .deviation = difference.deviation};
}

/// A row whose runs have all ended.
inline study::TableRow row(std::string name, const Numbers& values, double seconds = 20) {
  study::TableRow row{.name = std::move(name)};
  row.finished = static_cast<std::int64_t>(values.size());
  row.value = mean(values);
  row.validation = row.value;
  row.seconds = seconds;
  for (std::size_t i = 0; i < values.size(); ++i)
    row.points.push_back({.seed = kSeeds.at(i),
                          .outcome = "finished",
                          .value = values[i],
                          .validation = values[i],
                          .seconds = seconds});
  for (std::int64_t epoch = 1; epoch <= 3; ++epoch)
    row.curve.push_back({.epoch = epoch,
                         .runs = row.finished,
                         .seconds = seconds * static_cast<double>(epoch) / 3,
                         .train_loss = 1.0 / static_cast<double>(epoch),
                         .validation_loss = 1.25 / static_cast<double>(epoch),
                         .accuracy = 50 + 12.5 * static_cast<double>(epoch)});
  return row;
}

/// A row one of whose runs diverged.
inline study::TableRow diverged_row(std::string name) {
  study::TableRow row{.name = std::move(name)};
  row.finished = 3;
  row.diverged = 1;
  for (const auto seed : kSeeds)
    row.points.push_back({.seed = seed, .outcome = seed == 2 ? "diverged" : "finished"});
  return row;
}

inline const Numbers kBase{80.0, 80.5, 80.25, 80.75};
inline const Numbers kWide{82.0, 82.75, 82.25, 82.5};    // about 2 better
inline const Numbers kSmooth{82.0, 83.25, 81.75, 82.5};  // undecided

inline study::StudyTable table(study::Mode mode) {
  study::StudyTable table;
  table.name = "a study";
  table.description = "What helps?";
  table.base_name = "base";
  table.mode = mode;
  table.column = {.key = "test.accuracy", .title = "test accuracy", .unit = "points", .scale = 100};
  table.validation = {
      .key = "validation.accuracy", .title = "validation accuracy", .unit = "points", .scale = 100};
  table.curve = table.validation;
  table.margin = 0.2;
  table.seeds = kSeeds;
  table.complete = true;
  table.comparisons = 3;
  table.runs = 12;
  table.seconds = 240;
  table.rows.push_back(row("base", kBase));
  table.rows.front().rank = 3;
  return table;
}

/// Base, a wider network, and with it label smoothing; the wide network left out.
inline study::StudyTable additive() {
  auto made = table(study::Mode::additive);
  auto wide = row("wide", kWide, 30);
  wide.row = 0;
  wide.tag = study::Tag::architecture;
  wide.rank = 1;
  wide.pareto = true;
  wide.against_base = judged(kWide, kBase);
  wide.against_before = wide.against_base;
  wide.base_pair = wide.before_pair = {1, 0};
  auto smooth = row("smoothing", kSmooth, 31);
  smooth.row = 1;
  smooth.tag = study::Tag::regularization;
  smooth.rank = 2;
  smooth.against_base = judged(kSmooth, kBase);
  smooth.against_before = judged(kSmooth, kWide);
  smooth.base_pair = {2, 0};
  smooth.before_pair = smooth.left_out_pair = {2, 1};
  smooth.images = statistics::Interval{1.5, 2.5};
  const Numbers alone{80.25, 80.5, 80.5, 80.75};
  auto without = row("without wide", alone, 21);
  without.row = 0;
  without.leaves_out = true;
  wide.left_out = judged(kSmooth, alone);
  wide.left_out_pair = {2, 3};
  smooth.left_out = smooth.against_before;
  for (const auto& one : {wide, smooth, without}) made.rows.push_back(one);
  made.sums = {{"architecture", study::Tag::architecture, made.rows[1].against_before},
               {"regularization", study::Tag::regularization, made.rows[2].against_before}};
  made.sums_left_out = {{"architecture", study::Tag::architecture, made.rows[1].left_out},
                        {"regularization", study::Tag::regularization, made.rows[2].left_out}};
  made.pairing = study::Pairing{.differences = 3, .correlation = 0.25, .gain = 1.125};
  made.undecided = {{.difference = "smoothing against wide",
                     .smallest_detectable = 1.5,
                     .wanted = 0.2,
                     .seeds = 1234}};
  made.saved = "Training common parts once saved 12 s.";
  return made;
}

/// One row against the base. @param name  of the row
inline study::StudyTable single(const std::string& name = "wide") {
  auto made = table(study::Mode::one_at_a_time);
  made.rows.push_back(row(name, kWide, 30));
  made.rows.back().row = 0;
  made.rows.back().against_base = judged(kWide, kBase);
  made.rows.back().base_pair = {1, 0};
  made.comparisons = 1;
  return made;
}

}  // namespace temper::report::fake

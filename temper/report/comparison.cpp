#include "temper/report/comparison.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/softmax.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "temper/core/error.h"
#include "temper/data/loader/loader.h"
#include "temper/evaluate/assess.h"
#include "temper/measure/bootstrap.h"
#include "temper/measure/view_mean.h"
#include "temper/recipe/recipe.h"
#include "temper/run/environment.h"
#include "temper/statistics/bootstrap.h"
#include "temper/statistics/multiple.h"
#include "temper/train/open_data.h"
#include "temper/train/saved_model.h"

namespace temper::report {
namespace {

namespace fs = std::filesystem;

/// The predictions that a finished run should have kept.
Predictions predicted_anew(const Run& run) {
  auto model = train::load_model(run.directory);
  const auto plan = train::open_run_plan(run.directory, model.transform);
  const auto answers = evaluate::assess(run.directory, model, plan, {.gap = false}).answers;
  const auto ids = at::arange(answers.labels.size(0), at::kLong);
  if (answers.values) return {.logits = {}, .labels = {}, .ids = ids, .values = answers.values};
  return {.logits = answers.logits, .labels = answers.labels, .ids = ids};
}

/// 95%, of the mean over images of sum_c (p_c - [c is the label])^2.
measure::Interval brier_interval(const Predictions& p) {
  const auto truth = at::one_hot(p.labels, p.logits.size(1)).to(at::kDouble);
  const auto distance = at::softmax(p.logits.to(at::kDouble), 1).sub(truth);
  return measure::bootstrap(distance.mul(distance).sum(1));
}

ComparedRun read_compared(const fs::path& directory, std::vector<std::string>& notes) {
  ComparedRun compared{.label = {}, .run = read_run(directory), .summary = {}};
  auto& run = compared.run;
  if (!run.predictions && run.end && run.test) {
    run.predictions = predicted_anew(run);
    notes.push_back(
        fmt::format("{} has no predictions.safetensors that can be read, so its test "
                    "images were predicted again.",
                    directory.string()));
  }
  compared.analysis = analyze(run);
  compared.summary = summary(run, compared.analysis, analyze_regression(run));
  if (compared.analysis) compared.brier_interval = brier_interval(*run.predictions);
  for (const auto& problem : run.problems) notes.push_back(problem + ".");
  return compared;
}

void refuse_twice(std::span<const fs::path> directories) {
  std::set<fs::path> seen;
  for (const auto& one : directories) {
    std::error_code none;
    const auto path = fs::weakly_canonical(one, none);
    if (!seen.insert(path.has_filename() ? path : path.parent_path()).second)
      throw Error(Code::usage, fmt::format("{} is named twice; name different runs", one.string()));
  }
}

void name_runs(Comparison& comparison, std::span<const fs::path> directories) {
  std::set<std::string> names;
  for (const auto& one : comparison.runs) names.insert(one.run.name());
  const bool are_different = names.size() == comparison.runs.size();
  for (std::size_t i = 0; i < comparison.runs.size(); ++i) {
    auto& one = comparison.runs[i];
    one.label = are_different ? one.run.name() : directories[i].lexically_normal().string();
  }
}

std::vector<DifferingOption> differing_options(const std::vector<ComparedRun>& runs) {
  std::vector<std::string> order;
  std::map<std::string, DifferingOption> by_key;
  for (std::size_t i = 0; i < runs.size(); ++i)
    for (const auto& fact : recipe::facts(recipe::load(runs[i].run.directory / "recipe.toml"))) {
      const auto [at, is_new] = by_key.try_emplace(
          fact.path,
          DifferingOption{fact.path, std::vector<std::string>(runs.size()), fact.changes_results});
      if (is_new) order.push_back(fact.path);
      at->second.values[i] = fact.value;
    }
  std::vector<DifferingOption> differing;
  for (const auto& key : order) {
    auto& option = by_key.at(key);
    const bool same = std::ranges::all_of(
        option.values, [&](const auto& value) { return value == option.values.front(); });
    if (!same) differing.push_back(std::move(option));
  }
  std::ranges::stable_partition(differing, &DifferingOption::changes_results);
  return differing;
}

/// The hash of the test set that environment.json records under the key; "" without one.
std::string test_hash(const Run& run, std::string_view key) {
  const auto found =
      run.environment.is_object() ? run.environment.find(std::string(key)) : run.environment.end();
  if (found == run.environment.end() || !found->is_string()) return "";
  const auto sets = found->get<std::string>();
  return sets.substr(sets.rfind(':') + 1);
}

[[noreturn]] void refuse_pair(const ComparedRun& a, const ComparedRun& b, const std::string& why) {
  throw Error(Code::usage,
              fmt::format("{} and {} can't be compared: {}; compare runs with the same test set",
                          a.label, b.label, why));
}

/// Of runs with test predictions.
void require_same_images(const ComparedRun& a, const ComparedRun& b) {
  const auto& left = *a.run.predictions;
  const auto& right = *b.run.predictions;
  if (left.values.has_value() != right.values.has_value())
    refuse_pair(a, b, "one predicts classes, the other regression targets");
  if (left.ids.size(0) != right.ids.size(0))
    refuse_pair(
        a, b,
        fmt::format("they were tested on {} and {} images", left.ids.size(0), right.ids.size(0)));
  if (a.run.start && b.run.start &&
      (a.run.start->classes != b.run.start->classes || a.run.start->values != b.run.start->values))
    refuse_pair(a, b, "they have different classes or regression targets");
  for (const auto key : {std::string_view("data"), run::kDataContents}) {
    const auto one = test_hash(a.run, key), other = test_hash(b.run, key);
    if (!one.empty() && !other.empty() && one != other)
      refuse_pair(a, b, "they were tested on different images");
  }
  const bool same = left.values ? left.values->targets.equal(right.values->targets)
                                : left.labels.equal(right.labels);
  if (!same) refuse_pair(a, b, "the targets of their test images differ");
}

std::vector<bool> right_answers(const ComparedRun& one) {
  const auto right = one.analysis->predicted.eq(one.run.predictions->labels).contiguous();
  const auto* first = right.const_data_ptr<bool>();
  std::vector<bool> answers;
  answers.assign(first, first + right.numel());
  return answers;
}

std::span<const std::int64_t> predicted_classes(const ComparedRun& one) {
  return {one.analysis->predicted.const_data_ptr<std::int64_t>(),
          static_cast<std::size_t>(one.analysis->predicted.numel())};
}

/// Of the mean of the probabilities.
measure::Metrics ensemble_of(std::span<const ComparedRun* const> runs) {
  measure::ViewMean mean(measure::ViewAverage::probabilities);
  for (const auto* one : runs)
    mean.add(one->run.predictions->logits, 1 / static_cast<double>(runs.size()));
  return measure::figures(mean.result(), runs.front()->run.predictions->labels);
}

ComparedPair compared_pair(const Comparison& comparison, std::size_t first, std::size_t second) {
  const auto& a = comparison.runs[first];
  const auto& b = comparison.runs[second];
  const auto right_a = right_answers(a), right_b = right_answers(b);
  ComparedPair pair{.first = first, .second = second};
  std::int64_t only_a = 0, only_b = 0;
  for (std::size_t i = 0; i < right_a.size(); ++i) {
    const bool of_a = right_a[i], of_b = right_b[i];
    auto& count = of_a ? (of_b ? pair.both : only_a) : (of_b ? only_b : pair.neither);
    ++count;
  }
  pair.test = statistics::mcnemar(only_a, only_b);
  pair.difference = static_cast<double>(only_b - only_a) / static_cast<double>(right_a.size());
  pair.interval = statistics::bootstrap_over_images(std::span(&right_b, 1), std::span(&right_a, 1));
  pair.agreement =
      statistics::agreement(predicted_classes(a), predicted_classes(b), a.analysis->classes);
  pair.ensemble = ensemble_of(std::vector{&a, &b});
  return pair;
}

/// Numbers of the two runs of each pair.
std::vector<std::pair<std::size_t, std::size_t>> chosen_pairs(std::size_t runs) {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t first = 0; first < runs; ++first)
    for (std::size_t second = first + 1; second < runs; ++second)
      if (first == 0 || runs <= kMostInPairs) pairs.emplace_back(first, second);
  return pairs;
}

void compare_images(Comparison& comparison) {
  const auto& runs = comparison.runs;
  comparison.images = runs.front().analysis->images;
  std::vector<double> p;
  for (const auto& [first, second] : chosen_pairs(runs.size())) {
    comparison.pairs.push_back(compared_pair(comparison, first, second));
    p.push_back(comparison.pairs.back().test.exact_p);
  }
  const auto adjusted = statistics::holm(p);
  for (std::size_t i = 0; i < adjusted.size(); ++i) comparison.pairs[i].adjusted_p = adjusted[i];
  if (runs.size() < 3) return;
  std::vector<const ComparedRun*> all;
  for (const auto& one : runs) all.push_back(&one);
  comparison.ensemble = ensemble_of(all);
}

/// Whether every run has test predictions of classes; says of which it has not.
bool can_compare_images(Comparison& comparison) {
  bool can = true;
  for (const auto& one : comparison.runs) {
    if (one.analysis) continue;
    can = false;
    comparison.notes.push_back(
        fmt::format("The runs are not compared image by image: {} {}.", one.label,
                    one.run.predictions && one.run.predictions->values ? "has regression targets"
                    : one.summary.finished ? "has no scores on a test set"
                                           : "has not finished"));
  }
  return can;
}

/// The confidence of the run that errs most confidently.
double worst_confidence(const DisputedImage& image) {
  double worst = 0;
  for (std::size_t i = 0; i < image.predicted.size(); ++i)
    if (image.predicted[i] != image.label) worst = std::max(worst, image.confidence[i]);
  return worst;
}

}  // namespace

Comparison compare_runs(std::span<const fs::path> directories) {
  if (directories.size() < 2)
    throw Error(Code::usage, "there is one run to compare; name at least two");
  refuse_twice(directories);
  Comparison comparison;
  for (const auto& directory : directories)
    comparison.runs.push_back(read_compared(directory, comparison.notes));
  name_runs(comparison, directories);
  const ComparedRun* before = nullptr;
  for (const auto& one : comparison.runs) {
    if (!one.run.predictions) continue;
    if (before != nullptr) require_same_images(*before, one);
    before = &one;
  }
  comparison.recipe = differing_options(comparison.runs);
  if (can_compare_images(comparison)) compare_images(comparison);
  return comparison;
}

void require_images(const Comparison& comparison, const std::string& what) {
  if (comparison.images > 0) return;
  throw Error(Code::usage,
              fmt::format("{} needs finished runs with a test set and class labels. {}", what,
                          fmt::join(comparison.notes, " ")));
}

std::vector<DisputedImage> disputed_images(const Comparison& comparison) {
  std::vector<DisputedImage> list;
  if (comparison.images == 0) return list;
  const auto* labels =
      comparison.runs.front().run.predictions->labels.const_data_ptr<std::int64_t>();
  for (std::int64_t row = 0; row < comparison.images; ++row) {
    DisputedImage image{.row = row, .label = labels[row], .predicted = {}, .confidence = {}};
    std::size_t right = 0;
    for (const auto& one : comparison.runs) {
      image.predicted.push_back(one.analysis->predicted.const_data_ptr<std::int64_t>()[row]);
      image.confidence.push_back(one.analysis->confidence.const_data_ptr<double>()[row]);
      right += image.predicted.back() == image.label ? 1U : 0U;
    }
    if (right > 0 && right < comparison.runs.size()) list.push_back(std::move(image));
  }
  return list;
}

std::vector<DisputedImage> most_disputed(const Comparison& comparison, std::size_t limit) {
  auto list = disputed_images(comparison);
  std::ranges::stable_sort(list, std::ranges::greater{}, worst_confidence);
  if (list.size() > limit)
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(limit), list.end());
  return list;
}

TestImages test_images(const Comparison& comparison, std::span<const DisputedImage> rows) {
  const auto& run = comparison.runs.front().run.directory;
  const auto plan = train::open_run_plan(run);
  const auto images = evaluate::images_of(plan, "test");
  if (images->size() != comparison.images)
    throw Error(Code::data, {.file = run.string()},
                fmt::format("its test set has {} images now, and had {} when the run was tested; "
                            "restore the data",
                            images->size(), comparison.images));
  TestImages found;
  for (std::int64_t i = 0; i < images->size(); ++i) found.names.push_back(images->name(i));
  const auto pipelines = data::pipelines_of(plan.evaluation);
  augment::Frame frame;
  for (const auto& one : rows) {
    io::Picture picture;
    images->read(one.row, picture);
    found.pictures.emplace(one.row, pipelines.front().pixels(picture, {}, frame));
  }
  return found;
}

}  // namespace temper::report

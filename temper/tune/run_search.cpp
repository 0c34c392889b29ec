#include "temper/tune/run_search.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <string_view>
#include <utility>

#include "temper/core/error.h"
#include "temper/io/disk/folder.h"
#include "temper/io/disk/lock_file.h"
#include "temper/study/engine/trial.h"
#include "temper/study/engine/trial_folder.h"
#include "temper/tune/asha.h"
#include "temper/tune/setting.h"

namespace temper::tune {
namespace {

using study::Trial;

/// The trials of a search.
class Trials {
 public:
  Trials(const Search& search, study::Fingerprints& fingerprints)
      : search_(search), fingerprints_(fingerprints) {
    const auto base = recipe_of(search, -1);
    const auto& data = fingerprints.data_of(base);
    if (!data.has_validation && base.data.validation == 0 && base.data.folds == 0)
      throw Error(Code::usage, recipe::place(base.places, "data.validation"),
                  "tuning compares trials on a validation set, and this data has none: hold images "
                  "out of the training set, as in data.validation = 0.1");
    regression_ = data.regression;
    rungs_ = search.method == Method::asha ? rung_epochs(search.min_epochs, base.epochs, search.eta)
                                           : std::vector<std::int64_t>{0};
    for (std::int64_t i = 0; i < search.trials; ++i) whole_.push_back(made(i));
  }

  [[nodiscard]] std::int64_t count() const { return std::ssize(whole_); }
  [[nodiscard]] const std::vector<Trial>& whole() const { return whole_; }
  [[nodiscard]] const std::vector<std::int64_t>& rungs() const { return rungs_; }
  [[nodiscard]] bool regression() const { return regression_; }

  /// The trial up to a rung.
  [[nodiscard]] Trial at(std::int64_t number, std::size_t rung) const {
    auto trial = whole_.at(static_cast<std::size_t>(number));
    if (rung + 1 == rungs_.size()) return trial;
    trial.until_epoch = rungs_[rung];
    trial.beginning_of = trial.fingerprint;
    trial.fingerprint = fingerprint_at(number, rung);
    trial.label += fmt::format(", {} epochs", rungs_[rung]);
    return trial;
  }

  [[nodiscard]] std::string fingerprint_at(std::int64_t number, std::size_t rung) const {
    const auto& whole = whole_.at(static_cast<std::size_t>(number)).fingerprint;
    return rung + 1 == rungs_.size() ? whole : study::beginning_fingerprint(whole, rungs_[rung]);
  }

  /// Higher is better; NaN for a trial that diverged.
  [[nodiscard]] double rank_of(const study::Result& result) const {
    const auto score = score_of(result);
    if (!score) return std::numeric_limits<double>::quiet_NaN();
    return search_.metric == Metric::accuracy ? *score : -*score;
  }

  [[nodiscard]] std::optional<double> score_of(const study::Result& result) const {
    if (result.diverged()) return std::nullopt;
    const auto* figure = search_.metric == Metric::loss ? "validation.loss"
                         : regression_                  ? "validation.r2"
                                                        : "validation.accuracy";
    const auto found = result.figures.find(figure);
    return found == result.figures.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  [[nodiscard]] Trial made(std::int64_t number) const {
    Trial trial{.recipe = recipe_of(search_, number), .fingerprint = {}, .label = {}};
    trial.keep = true;
    std::vector<std::string> parts;
    for (const auto& parameter : search_.parameters)
      parts.push_back(
          fmt::format("{} = {}", parameter.option, value_text(search_, parameter, number)));
    trial.label = fmt::format("trial {}: {}", number + 1, fmt::join(parts, ", "));
    trial.fingerprint = fingerprints_.of(trial);
    return trial;
  }

  const Search& search_;
  study::Fingerprints& fingerprints_;
  std::vector<Trial> whole_;
  std::vector<std::int64_t> rungs_;
  bool regression_ = false;
};

/// The trials whose settings no earlier one has: equal ones are trained once.
std::vector<std::int64_t> different(const Trials& trials) {
  std::vector<std::int64_t> numbers;
  std::set<std::string_view> known;
  for (std::int64_t i = 0; i < trials.count(); ++i)
    if (known.insert(trials.whole()[static_cast<std::size_t>(i)].fingerprint).second)
      numbers.push_back(i);
  return numbers;
}

/// Asks the algorithm for the trials of the engine, and tells it their results. It counts equal
/// trials as one.
class Halving {
 public:
  Halving(const Search& search, const Trials& trials, const study::Store& store)
      : trials_(trials),
        store_(store),
        numbers_(different(trials)),
        asha_(std::ssize(numbers_), trials.rungs().size(), search.eta) {
    for (std::size_t rung = 0; rung < trials.rungs().size(); ++rung)
      for (std::size_t i = 0; i < numbers_.size(); ++i)
        if (const auto* row = store.row(trials.fingerprint_at(numbers_[i], rung))) {
          const AshaStep step{.trial = static_cast<std::int64_t>(i), .rung = rung};
          asha_.start(step);
          asha_.end(step, trials.rank_of(*row));
        }
  }

  std::optional<Trial> next() {
    std::erase_if(running_, [&](const auto& one) {
      const auto* row = store_.row(one.second);
      if (row != nullptr) asha_.end(one.first, trials_.rank_of(*row));
      return row != nullptr;
    });
    const auto step = asha_.next();
    if (!step) return std::nullopt;
    auto trial = trials_.at(numbers_.at(static_cast<std::size_t>(step->trial)), step->rung);
    running_.emplace_back(*step, trial.fingerprint);
    return trial;
  }

 private:
  const Trials& trials_;
  const study::Store& store_;
  std::vector<std::int64_t> numbers_;  ///< of the algorithm's trials
  Asha asha_;
  std::vector<std::pair<AshaStep, std::string>> running_;
};

void add_scores(Tried& tried, const Trials& trials, const study::Store& store) {
  for (std::size_t rung = 0; rung < trials.rungs().size(); ++rung) {
    const auto* row = store.row(trials.fingerprint_at(tried.number, rung));
    if (row == nullptr) break;
    tried.rungs.push_back({.epochs = trials.rungs()[rung], .score = trials.score_of(*row)});
    if (const auto seconds = row->figures.find("seconds"); seconds != row->figures.end())
      tried.seconds = seconds->second;
  }
}

SearchTable table_of(const Search& search, const Trials& trials, const study::Store& store) {
  SearchTable table{.name = search.name,
                    .description = search.description,
                    .method = search.method,
                    .metric = search.metric,
                    .regression = trials.regression(),
                    .parameters = search.parameters};
  if (search.method == Method::asha) {
    table.rungs = trials.rungs();
    table.eta = search.eta;
  }
  for (std::int64_t i = 0; i < trials.count(); ++i) {
    Tried tried{.number = i,
                .values = {},
                .fingerprint = trials.whole()[static_cast<std::size_t>(i)].fingerprint,
                .rungs = {}};
    for (const auto& parameter : search.parameters)
      tried.values.push_back(value_text(search, parameter, i));
    add_scores(tried, trials, store);
    table.trials.push_back(std::move(tried));
  }
  for (const auto i : different(trials))
    table.seconds += table.trials[static_cast<std::size_t>(i)].seconds;
  const auto order = table.ranking();
  if (!order.empty() && table.trials[order.front()].score()) table.best = order.front();
  return table;
}

/// Whether nothing is left to be run.
bool is_complete(const Search& search, const Trials& trials, const study::Store& store) {
  if (search.method == Method::asha) return !Halving(search, trials, store).next();
  return std::ranges::all_of(
      trials.whole(), [&](const Trial& trial) { return store.row(trial.fingerprint) != nullptr; });
}

/// Removes the run directories of all trials but the best, unless another process works there.
void remove_runs(const std::filesystem::path& folder, const SearchTable& table) {
  for (const auto& tried : table.trials) {
    const auto& name = tried.fingerprint;
    const bool is_best = table.best && table.trials[*table.best].fingerprint == name;
    const auto path = study::TrialFolder(folder, name).path();
    if (is_best || !std::filesystem::exists(path)) continue;
    if (const auto lock = io::LockFile::attempt(folder / "trials" / (name + ".lock")))
      io::discard_folder(path);
  }
}

}  // namespace

std::vector<std::size_t> SearchTable::ranking() const {
  std::vector<std::size_t> order(trials.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto before = [&](std::size_t a, std::size_t b) {
    const auto& left = trials[a];
    const auto& right = trials[b];
    const auto own = left.score();
    const auto other = right.score();
    if (own.has_value() != other.has_value()) return own.has_value();
    if (left.rungs.size() != right.rungs.size()) return left.rungs.size() > right.rungs.size();
    if (!own || *own == *other) return false;
    return higher_is_better() ? *own > *other : *own < *other;
  };
  std::ranges::stable_sort(order, before);
  return order;
}

SearchTable run_search(const Search& search, study::Store& store,
                       const study::EngineOptions& options) {
  study::Fingerprints own;
  auto& fingerprints = options.fingerprints != nullptr ? *options.fingerprints : own;
  const Trials trials(search, fingerprints);
  auto engine = options;
  engine.fingerprints = &fingerprints;
  engine.withhold_test = true;
  if (search.method == Method::random) {
    (void)study::run_trials(trials.whole(), store, engine);
  } else {
    if (options.share)
      throw Error(Code::usage,
                  "asha decides by the results of all trials, so one process runs the search; use "
                  "--jobs in place of --share, or method = \"random\"");
    Halving halving(search, trials, store);
    engine.next = [&halving] { return halving.next(); };
    (void)study::run_trials({}, store, engine);
  }
  auto table = table_of(search, trials, store);
  table.complete = is_complete(search, trials, store);
  if (table.complete && !search.keep_runs) remove_runs(options.folder, table);
  return table;
}

SearchTable search_table(const Search& search, const study::Store& store) {
  study::Fingerprints fingerprints;
  const Trials trials(search, fingerprints);
  auto table = table_of(search, trials, store);
  table.complete = is_complete(search, trials, store);
  return table;
}

}  // namespace temper::tune

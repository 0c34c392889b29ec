#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

/// Asynchronous successive halving: Li et al. 2020, A system for massively parallel hyperparameter
/// tuning, arXiv:1810.05934, Algorithm 2.
namespace temper::tune {

/// A trial that is to be trained up to a rung.
struct AshaStep {
  std::int64_t trial = 0;
  std::size_t rung = 0;

  bool operator==(const AshaStep&) const = default;
};

/// Which trial is trained next, and how far. Of a rung with n completed trials the best floor(n /
/// eta) are promoted to the next one, those of the highest rung first; where there is none to
/// promote, a new trial begins in the lowest rung. Equal scores are in the order of their trials'
/// numbers. A trial that diverged counts among the n and is never promoted.
class Asha {
 public:
  /// @param trials  that are begun, at least 1
  /// @param rungs   at least 1
  /// @param eta     at least 2
  Asha(std::int64_t trials, std::size_t rungs, std::int64_t eta);

  /// The next step, which counts as started then; nothing: none until another one has ended, and
  /// none at all where none is running.
  std::optional<AshaStep> next();
  /// Notes a step that was started before. Later calls of the same do nothing.
  void start(const AshaStep& step);
  /// Notes the end of a step that was started. @param score  higher is better; NaN: it diverged
  void end(const AshaStep& step, double score);
  [[nodiscard]] bool has_ended(const AshaStep& step) const;

 private:
  struct Entry {
    std::int64_t trial = 0;
    std::optional<double> score = {};  ///< once it has ended
  };
  using Rung = std::vector<Entry>;  ///< in the order in which they were started

  [[nodiscard]] const Entry* entry(const AshaStep& step) const;
  [[nodiscard]] std::optional<std::int64_t> promotable(std::size_t rung) const;

  std::int64_t trials_;
  std::int64_t eta_;
  std::vector<Rung> rungs_;
  std::int64_t begun_ = 0;  ///< the lowest trial that has not been started
};

/// The epochs at which the rungs end: max / eta^k rounded to the nearest, for as many k as give at
/// least `min`; ascending, each once.
/// @param min  from 1 to max
std::vector<std::int64_t> rung_epochs(std::int64_t min, std::int64_t max, std::int64_t eta);

}  // namespace temper::tune

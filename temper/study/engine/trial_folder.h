#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "temper/core/keys.h"
#include "temper/study/engine/trial.h"

/// The folder of a trial, through which the engine and the trial's process speak:
///
///   trial.json           what to measure
///   recipe.toml          the recipe
///   earlier-1.toml, ...  the recipes of the parts before it
///   run/, earlier-1/     the run directories
///   results.csv, ...     the result: a Store of its own
///   output.txt           what the process printed
namespace temper::study {

struct TrialOrder {
  std::string fingerprint;
  std::int64_t numerics = 0;
  std::string label;
  std::int64_t seed = 0;
  bool score_test = false;
  std::string asked;  ///< asked() of the trial
  std::int64_t sensitivity = 0;
  std::vector<std::string> clusters;
  std::vector<AttackMeasure> attacks;
  std::vector<std::int64_t> until;      ///< last step of each part before the recipe's
  std::int64_t until_epoch = 0;         ///< that of the trial
  std::vector<std::string> companions;  ///< fingerprints of trials whose first steps it trains

  static constexpr auto keys() {
    return std::tuple{key("fingerprint", &TrialOrder::fingerprint),
                      key("numerics", &TrialOrder::numerics),
                      key("label", &TrialOrder::label),
                      key("seed", &TrialOrder::seed),
                      key("score_test", &TrialOrder::score_test),
                      key("asked", &TrialOrder::asked),
                      key("sensitivity", &TrialOrder::sensitivity),
                      key("clusters", &TrialOrder::clusters),
                      key("attacks", &TrialOrder::attacks),
                      key("until", &TrialOrder::until),
                      key("until_epoch", &TrialOrder::until_epoch),
                      key("companions", &TrialOrder::companions)};
  }
};

class TrialFolder {
 public:
  explicit TrialFolder(std::filesystem::path path) : path_(std::move(path)) {}
  /// The folder of a trial with that fingerprint.
  TrialFolder(const std::filesystem::path& engine, const std::string& fingerprint)
      : path_(engine / "trials" / fingerprint) {}

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path run() const { return path_ / "run"; }
  [[nodiscard]] std::filesystem::path recipe() const { return path_ / "recipe.toml"; }
  /// @param number  of a part before the recipe's, from 1
  [[nodiscard]] std::filesystem::path earlier_run(std::size_t number) const;
  [[nodiscard]] std::filesystem::path earlier_recipe(std::size_t number) const;
  /// The folder of another trial.
  [[nodiscard]] TrialFolder sibling(const std::string& fingerprint) const {
    return TrialFolder(path_.parent_path() / fingerprint);
  }
  [[nodiscard]] std::filesystem::path output() const { return path_ / "output.txt"; }
  /// Whether the trial has a result and the network is there.
  [[nodiscard]] bool has_network() const;

  /// Writes what the trial's process reads. What a program with another numerics version left is
  /// removed. Throws Error{Code::io}.
  /// @param threads     for a recipe whose threads are "auto"
  /// @param companions  fingerprints of trials whose folders have been written
  void write(const Trial& trial, std::int64_t threads,
             const std::vector<std::string>& companions = {}) const;
  /// Throws Error: io, data.
  [[nodiscard]] TrialOrder order() const;
  /// The last lines that the process printed, without the program's name; "" for none.
  [[nodiscard]] std::string last_words() const;

 private:
  [[nodiscard]] std::int64_t numerics() const;

  std::filesystem::path path_;
};

}  // namespace temper::study

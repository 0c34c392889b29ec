#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "temper/io/disk/read_file.h"
#include "temper/recipe/recipe.h"
#include "temper/study/engine/result.h"

namespace temper::study {

/// The results of trials, in a folder that processes, also of other machines, may share:
///
///   results.csv       a row for each trial: fingerprint, numerics version, seed, outcome, figures
///   curves/*.csv      the evaluations after every epoch, by fingerprint and numerics version
///   correct/*.txt     which test images were classified correctly, likewise
///
/// results.csv is small and can be committed: a study goes on from it alone. Each file is replaced
/// as a whole under the lock of results.lock, results.csv last, so that no row is lost whenever a
/// process is killed. Rows of older numerics versions are kept.
class Store {
 public:
  /// Reads results.csv, if there is one. Throws Error: data with the line that is damaged, io.
  explicit Store(std::filesystem::path folder);

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  /// Creates the folder and an empty results.csv where there are none, before several processes add
  /// to it. Throws Error{Code::io}.
  void begin();
  /// The result of a trial. Curves or correctness whose file is missing are empty.
  [[nodiscard]] std::optional<Result> find(const std::string& fingerprint,
                                           std::int64_t numerics = recipe::kNumerics) const;
  /// The same without curves and correctness; null without a result. Valid until the store changes.
  [[nodiscard]] const Result* row(const std::string& fingerprint,
                                  std::int64_t numerics = recipe::kNumerics) const;
  /// Adds a result, or replaces that of the same fingerprint and numerics version. Figures that are
  /// not finite are left out. Throws Error{Code::io}.
  void add(const Result& result);
  /// Reads what other processes have added since. Throws as the constructor does.
  void refresh();
  /// The results of older numerics versions, without curves and correctness: their trials are to be
  /// run again.
  [[nodiscard]] std::vector<Result> older(std::int64_t numerics = recipe::kNumerics) const;

 private:
  using Key = std::pair<std::string, std::int64_t>;  ///< fingerprint, numerics version

  [[nodiscard]] std::filesystem::path table() const;
  [[nodiscard]] std::filesystem::path curve_of(const Key& key) const;
  [[nodiscard]] std::filesystem::path correct_of(const Key& key) const;
  void put(Result row);

  std::filesystem::path folder_;
  std::vector<Result> rows_;  ///< in the file's order, without curves and correctness
  std::map<Key, std::size_t> places_;
  io::FileStamp read_;  ///< of the results.csv that rows_ are from
};

}  // namespace temper::study

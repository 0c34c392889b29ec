#include "temper/study/engine/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <system_error>
#include <utility>

#include "temper/core/error.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/io/disk/descriptor.h"
#include "temper/io/disk/folder.h"
#include "temper/io/disk/lock_file.h"
#include "temper/study/engine/result_files.h"
#include "temper/study/engine/trial.h"

namespace temper::study {
namespace {

namespace fs = std::filesystem;

constexpr auto kTable = "results.csv";

std::string file_name(const std::string& fingerprint, std::int64_t numerics) {
  return fmt::format("{}-{}", fingerprint, numerics);
}

}  // namespace

Store::Store(fs::path folder) : folder_(std::move(folder)) {
  refresh();
}

void Store::begin() {
  io::make_folder(folder_);
  const auto lock = io::LockFile::wait(folder_ / "results.lock");
  io::remove_temporaries(folder_, kTable);
  if (!fs::exists(table())) io::write_atomically(table(), results_text({}));
  refresh();
}

void Store::refresh() {
  std::error_code none;
  if (!fs::exists(table(), none)) return;
  // On NFS, opening a file is what fetches its present size and time.
  const auto opened = io::open_for_reading(table());
  const auto now = io::stamp_of(table());
  if (now == read_ && now.size >= 0) return;
  constexpr std::uint64_t max_bytes = std::uint64_t{1} << 30U;
  auto rows = parse_results(io::read_text(table(), max_bytes), table().string());
  rows_.clear();
  places_.clear();
  for (auto& row : rows) put(std::move(row));
  read_ = now;
}

/// Of two rows for one trial, which only a merge of two files makes, that with more figures stays.
void Store::put(Result row) {
  const auto [place, is_new] = places_.try_emplace({row.fingerprint, row.numerics}, rows_.size());
  if (is_new)
    rows_.push_back(std::move(row));
  else if (rows_[place->second].figures.size() <= row.figures.size())
    rows_[place->second] = std::move(row);
}

std::optional<Result> Store::find(const std::string& fingerprint, std::int64_t numerics) const {
  const Key key{fingerprint, numerics};
  const auto place = places_.find(key);
  if (place == places_.end()) return std::nullopt;
  auto result = rows_[place->second];
  if (const auto path = curve_of(key); fs::exists(path))
    result.epochs = parse_curve(io::read_text(path), path.string());
  if (const auto path = correct_of(key); fs::exists(path))
    result.correct = parse_correct(io::read_text(path), path.string());
  return result;
}

const Result* Store::row(const std::string& fingerprint, std::int64_t numerics) const {
  const auto place = places_.find({fingerprint, numerics});
  return place == places_.end() ? nullptr : &rows_[place->second];
}

void Store::add(const Result& result) {
  const Key key{result.fingerprint, result.numerics};
  auto row = result;
  std::erase_if(row.figures, [](const auto& figure) { return !std::isfinite(figure.second); });
  row.epochs.clear();
  row.correct.clear();

  io::make_folder(folder_ / "curves");
  io::make_folder(folder_ / "correct");
  const auto lock = io::LockFile::wait(folder_ / "results.lock");
  // Pages and recipes are written into the folder, too, by processes that don't take this lock.
  io::remove_temporaries(folder_, kTable);
  for (const auto& place : {folder_ / "curves", folder_ / "correct"}) io::remove_temporaries(place);
  if (!result.epochs.empty() || fs::exists(curve_of(key)))
    io::write_atomically(curve_of(key), curve_text(result.epochs));
  if (!result.correct.empty()) io::write_atomically(correct_of(key), correct_text(result.correct));
  refresh();
  if (const auto place = places_.find(key); place != places_.end()) {
    auto& old = rows_[place->second];
    old = old.diverged() || row.diverged() ? std::move(row) : united(old, std::move(row));
  } else
    put(std::move(row));
  io::write_atomically(table(), results_text(rows_));
  read_ = io::stamp_of(table());
}

std::vector<Result> Store::older(std::int64_t numerics) const {
  std::vector<Result> found;
  std::ranges::copy_if(rows_, std::back_inserter(found),
                       [&](const Result& row) { return row.numerics < numerics; });
  return found;
}

fs::path Store::table() const {
  return folder_ / kTable;
}

fs::path Store::curve_of(const Key& key) const {
  return folder_ / "curves" / (file_name(key.first, key.second) + ".csv");
}

fs::path Store::correct_of(const Key& key) const {
  return folder_ / "correct" / (file_name(key.first, key.second) + ".txt");
}

}  // namespace temper::study

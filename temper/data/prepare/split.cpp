#include "temper/data/prepare/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/core/stratify.h"

namespace temper::data {
namespace {

/// The images of each class, ascending, or for regression all images with values as one class.
/// Unlabeled images are left out.
std::vector<std::vector<std::int64_t>> rows_by_class(const Source& source) {
  const bool valued = !source.value_names().empty();
  std::vector<std::vector<std::int64_t>> rows(valued ? 1 : source.classes().size());
  for (std::int64_t i = 0; i < source.size(); ++i)
    if (source.labelled(i))
      rows.at(valued ? 0 : static_cast<std::size_t>(source.label(i))).push_back(i);
  return rows;
}

/// The numbers of images of the classes.
std::vector<std::int64_t> sizes_of(const std::vector<std::vector<std::int64_t>>& rows) {
  std::vector<std::int64_t> counts;
  for (const auto& of_class : rows) counts.push_back(std::ssize(of_class));
  return counts;
}

/// Marks the first rows of each class, as many as its quota, in an order that the seed shuffles.
std::vector<bool> first_of_each(const std::vector<std::vector<std::int64_t>>& rows,
                                const std::vector<std::int64_t>& quota, std::int64_t images,
                                std::uint64_t seed) {
  std::vector<bool> taken(static_cast<std::size_t>(images));
  for (std::size_t c = 0; c < rows.size(); ++c) {
    const auto order = Random(seed, Purpose::split, {c}).permutation(std::ssize(rows[c]));
    for (std::int64_t k = 0; k < quota[c]; ++k) {
      const auto chosen = order[static_cast<std::size_t>(k)];
      taken[static_cast<std::size_t>(rows[c][static_cast<std::size_t>(chosen)])] = true;
    }
  }
  return taken;
}

/// A split with the taken images in validation and the others in training.
Split parted(const std::vector<bool>& taken) {
  Split split;
  for (std::size_t i = 0; i < taken.size(); ++i)
    (taken[i] ? split.validation : split.train).push_back(static_cast<std::int64_t>(i));
  return split;
}

}  // namespace

Split stratified_split(const Source& source, double fraction, std::uint64_t seed) {
  if (const bool valid = fraction >= 0 && fraction < 1; !valid)
    throw Error(Code::usage, {.option = "data.validation"},
                fmt::format("data.validation = {}; expected a fraction in [0, 1)", fraction));
  const auto rows = rows_by_class(source);
  const auto quota = stratified_counts(sizes_of(rows), fraction);
  return parted(first_of_each(rows, quota, source.size(), seed));
}

std::vector<std::int64_t> nested_rows(const Source& source, double fraction, std::uint64_t seed) {
  const auto rows = rows_by_class(source);
  const auto quota = nested_counts(sizes_of(rows), fraction);
  return parted(first_of_each(rows, quota, source.size(), seed)).validation;
}

Split fold_split(const Source& source, std::int64_t folds, std::int64_t fold, std::uint64_t seed) {
  if (folds < 2 || fold < 0 || fold >= folds)
    throw Error(Code::usage, {.option = "data.folds"},
                fmt::format("data.folds = {} and data.fold = {}; expected 2 folds or more, and one "
                            "of 0 to folds - 1",
                            folds, fold));
  const auto rows = rows_by_class(source);
  std::vector<bool> taken(static_cast<std::size_t>(source.size()));
  std::int64_t next = 0;  // round-robin over all classes, so that the folds have equal sizes
  bool empty = true;
  for (std::size_t c = 0; c < rows.size(); ++c) {
    const auto n = std::ssize(rows[c]);
    if (n < 2) continue;
    for (const auto chosen : Random(seed, Purpose::split, {c}).permutation(n))
      if (next++ % folds == fold) {
        taken[static_cast<std::size_t>(rows[c][static_cast<std::size_t>(chosen)])] = true;
        empty = false;
      }
  }
  if (empty)
    throw Error(Code::data, {.option = "data.folds"},
                fmt::format("data.folds = {}: fold {} has no image, as there are only {} images to "
                            "divide into folds; lower data.folds",
                            folds, fold, next));
  return parted(taken);
}

std::vector<std::int64_t> random_rows(std::int64_t n, std::int64_t count, std::uint64_t seed) {
  auto rows = Random(seed, Purpose::split).permutation(n);
  rows.resize(static_cast<std::size_t>(std::min(n, count)));
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace temper::data

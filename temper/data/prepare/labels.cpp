#include "temper/data/prepare/labels.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <map>
#include <ranges>
#include <string_view>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/core/spelling.h"
#include "temper/data/prepare/split.h"
#include "temper/data/sources/digest.h"
#include "temper/data/sources/subset.h"
#include "temper/data/sources/values.h"

namespace temper::data {
namespace {

std::vector<std::int64_t> labels_of(const Source& source) {
  std::vector<std::int64_t> labels(static_cast<std::size_t>(source.size()));
  for (std::size_t i = 0; i < labels.size(); ++i)
    labels[i] = source.label(static_cast<std::int64_t>(i));
  return labels;
}

/// "'a', 'b', 'c', ... (10)" of many.
template <class Names>
std::string some_of(const Names& names) {
  constexpr std::size_t kShown = 5;
  std::vector<std::string> shown;
  for (const auto& name : names | std::views::take(kShown))
    shown.push_back(fmt::format("'{}'", name));
  const bool all = names.size() <= kShown;
  return fmt::format("{}{}", fmt::join(shown, ", "),
                     all ? "" : fmt::format(", ... ({})", names.size()));
}

/// @param unknown  the source's classes that are not among `classes`
[[noreturn]] void refuse_classes(const std::vector<std::string_view>& unknown,
                                 const std::vector<std::string>& classes) {
  const auto near = nearest(unknown.front(), {classes.begin(), classes.end()});
  throw Error(Code::usage,
              fmt::format("the data has {} that the network does not have: {}{}; the network's "
                          "classes are {}",
                          unknown.size() == 1 ? "a class" : "classes", some_of(unknown),
                          near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near),
                          some_of(classes)));
}

std::vector<std::int64_t> rows_with_label(const Source& source) {
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < source.size(); ++i)
    if (source.labelled(i)) rows.push_back(i);
  return rows;
}

}  // namespace

RelabeledSource::RelabeledSource(std::shared_ptr<const Source> base,
                                 std::vector<std::int64_t> labels, std::vector<std::string> classes)
    : base_(std::move(base)), labels_(std::move(labels)), classes_(std::move(classes)) {
  assert(std::ssize(labels_) == base_->size());
}

std::string RelabeledSource::digest() const {
  Digest digest;
  digest.add(base_->digest()).add(std::as_bytes(std::span(labels_)));
  if (!classes_.empty()) digest.add(classes_);
  return digest.hex();
}

std::shared_ptr<const Source> with_classes(std::shared_ptr<const Source> source,
                                           const std::vector<std::string>& classes) {
  if (source->classes() == classes) return source;
  std::map<std::string_view, std::int64_t> labels;
  for (const auto& name : classes) labels.emplace(name, std::ssize(labels));
  std::vector<std::int64_t> translated;
  std::vector<std::string_view> unknown;
  for (const auto& name : source->classes()) {
    const auto found = labels.find(name);
    if (found == labels.end()) unknown.push_back(name);
    translated.push_back(found == labels.end() ? -1 : found->second);
  }
  if (!unknown.empty()) refuse_classes(unknown, classes);
  auto own = labels_of(*source);
  for (auto& label : own)
    if (label >= 0) label = translated[static_cast<std::size_t>(label)];
  return std::make_shared<RelabeledSource>(std::move(source), std::move(own), classes);
}

std::shared_ptr<const Source> keep_labels(std::shared_ptr<const Source> source, double share,
                                          std::uint64_t seed) {
  if (const bool valid = share > 0 && share <= 1; !valid)
    throw Error(Code::usage, {.option = "data.labelled"},
                fmt::format("data.labelled = {}; expected a fraction in (0, 1]", share));
  if (share == 1) return source;
  const auto dropped = nested_rows(*source, 1 - share, seed);
  if (const auto names = source->value_names(); !names.empty()) {
    auto values = all_values(*source);
    for (const auto row : dropped)
      std::fill_n(values.begin() + row * std::ssize(names), names.size(),
                  std::numeric_limits<double>::quiet_NaN());
    return std::make_shared<RegressionSource>(std::move(source), names, std::move(values));
  }
  auto labels = labels_of(*source);
  for (const auto row : dropped) labels[static_cast<std::size_t>(row)] = -1;
  return std::make_shared<RelabeledSource>(std::move(source), std::move(labels));
}

std::shared_ptr<const Source> keep_label_count(std::shared_ptr<const Source> source,
                                               std::int64_t count, std::uint64_t seed) {
  if (count == 0) return source;
  const auto refuse = [count](const std::string& message) {
    throw Error(Code::usage, {.option = "data.labels"},
                fmt::format("data.labels = {} {}", count, message));
  };
  const auto& classes = source->classes();
  if (classes.empty()) refuse("for data with values; it applies to classes only, remove it");
  if (count < 0 || count % std::ssize(classes) != 0)
    refuse(fmt::format("for {} classes; expected a multiple of {}, the same number of each class",
                       classes.size(), classes.size()));
  const auto each = count / std::ssize(classes);
  std::vector<std::vector<std::int64_t>> rows(classes.size());
  for (const auto row : rows_with_label(*source))
    rows.at(static_cast<std::size_t>(source->label(row))).push_back(row);
  std::vector<std::int64_t> labels(static_cast<std::size_t>(source->size()), -1);
  for (std::size_t c = 0; c < rows.size(); ++c) {
    const auto there = std::ssize(rows[c]);
    if (there < each)
      refuse(
          fmt::format("asks for {} of each class, but class \"{}\" has {} labeled training "
                      "image{}; lower it",
                      each, classes[c], there, there == 1 ? "" : "s"));
    auto order = Random(seed, Purpose::labels, {coordinate("kept"), c}).permutation(there);
    order.resize(static_cast<std::size_t>(each));
    for (const auto chosen : order)
      labels[static_cast<std::size_t>(rows[c][static_cast<std::size_t>(chosen)])] =
          static_cast<std::int64_t>(c);
  }
  return std::make_shared<RelabeledSource>(std::move(source), std::move(labels));
}

std::shared_ptr<const Source> unlabelled_images(std::shared_ptr<const Source> source, bool all) {
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < source->size(); ++i)
    if (all || !source->labelled(i)) rows.push_back(i);
  if (rows.empty()) return nullptr;
  if (all)
    return std::make_shared<RelabeledSource>(std::move(source),
                                             std::vector<std::int64_t>(rows.size(), -1));
  return std::make_shared<Subset>(std::move(source), std::move(rows));
}

NoisyLabels replace_labels(std::shared_ptr<const Source> source, double share, std::uint64_t seed) {
  if (const bool valid = share >= 0 && share <= 1; !valid)
    throw Error(Code::usage, {.option = "data.label_noise"},
                fmt::format("data.label_noise = {}; expected a fraction in [0, 1]", share));
  if (share == 0) return {std::move(source), {}};
  if (!source->value_names().empty())
    throw Error(
        Code::usage, {.option = "data.label_noise"},
        fmt::format(
            "data.label_noise = {} for data with values; it applies to classes only, remove it",
            share));
  const auto classes = std::ssize(source->classes());
  if (classes < 2)
    throw Error(
        Code::usage, {.option = "data.label_noise"},
        fmt::format("data.label_noise = {} with one class; it needs two or more classes", share));
  const auto rows = rows_with_label(*source);
  const auto count = std::llround(share * static_cast<double>(rows.size()));
  auto order = Random(seed, Purpose::labels).permutation(std::ssize(rows));
  order.resize(static_cast<std::size_t>(count));
  std::ranges::sort(order);
  NoisyLabels result;
  auto labels = labels_of(*source);
  for (const auto chosen : order) {
    const auto row = rows[static_cast<std::size_t>(chosen)];
    auto& label = labels[static_cast<std::size_t>(row)];
    Random random(seed, Purpose::labels, {static_cast<std::uint64_t>(row)});
    const auto step =
        1 + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(classes) - 1));
    const auto replaced = (label + step) % classes;
    result.replaced.push_back({row, label, replaced});
    label = replaced;
  }
  result.source = std::make_shared<RelabeledSource>(std::move(source), std::move(labels));
  return result;
}

std::shared_ptr<const Source> labeled_images(std::shared_ptr<const Source> source) {
  auto rows = rows_with_label(*source);
  if (rows.empty()) return nullptr;
  if (std::ssize(rows) == source->size()) return source;
  return std::make_shared<Subset>(std::move(source), std::move(rows));
}

}  // namespace temper::data

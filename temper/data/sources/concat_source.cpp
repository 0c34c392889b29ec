#include "temper/data/sources/concat_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "temper/core/error.h"
#include "temper/data/sources/class_names.h"
#include "temper/data/sources/digest.h"
#include "temper/data/sources/open.h"

namespace temper::data {
namespace {

/// The classes of the first source, in its order, if all sources have the same; otherwise the
/// union, sorted.
std::vector<std::string> all_classes(const std::vector<Dataset>& sets) {
  const auto& first = sets.front().train->classes();
  if (std::all_of(sets.begin(), sets.end(),
                  [&](const Dataset& set) { return set.train->classes() == first; }))
    return first;
  std::vector<std::string> names;
  for (const auto& set : sets)
    names.insert(names.end(), set.train->classes().begin(), set.train->classes().end());
  return classes_among(names);
}

void check(const std::vector<WeightedPath>& sources) {
  if (sources.empty())
    throw Error(Code::usage, {.option = "data.sources"},
                "data.sources: no source; expected one or more");
  for (const auto& [source, weight] : sources)
    if (!(weight > 0) || !std::isfinite(weight))
      throw Error(
          Code::usage, {.option = "data.sources"},
          fmt::format("data.sources: weight = {} of \"{}\"; expected more than 0", weight, source));
}

std::string targets_text(const std::vector<std::string>& values) {
  return values.empty() ? "classes" : fmt::format("the values {}", fmt::join(values, ", "));
}

}  // namespace

ConcatSource::ConcatSource(std::vector<One> sources, std::vector<std::string> classes)
    : sources_(std::move(sources)), begins_{0}, classes_(std::move(classes)) {
  const ClassIndex among(classes_);
  for (const auto& [source, weight] : sources_) {
    begins_.push_back(begins_.back() + source->size());
    auto& numbers = numbers_.emplace_back();
    for (const auto& name : source->classes()) numbers.push_back(among.of(name));
  }
}

ConcatSource::Place ConcatSource::place(std::int64_t i) const {
  const auto next = std::upper_bound(begins_.begin(), begins_.end(), i);
  const auto source = static_cast<std::size_t>(next - begins_.begin()) - 1;
  return {source, i - begins_[source]};
}

std::int64_t ConcatSource::label(std::int64_t i) const {
  const auto [source, row] = place(i);
  const auto label = sources_[source].source->label(row);
  return label < 0 ? label : numbers_[source][static_cast<std::size_t>(label)];
}

std::span<const double> ConcatSource::values(std::int64_t i) const {
  const auto [source, row] = place(i);
  return sources_[source].source->values(row);
}

void ConcatSource::read(std::int64_t i, io::Picture& into) const {
  const auto [source, row] = place(i);
  sources_[source].source->read(row, into);
}

double ConcatSource::weight(std::int64_t i) const {
  const auto [source, row] = place(i);
  return sources_[source].weight * sources_[source].source->weight(row);
}

std::string ConcatSource::where(std::int64_t i) const {
  const auto [source, row] = place(i);
  return sources_[source].source->where(row);
}

std::string ConcatSource::name(std::int64_t i) const {
  const auto [source, row] = place(i);
  return fmt::format("{}:{}", source, sources_[source].source->name(row));
}

std::string ConcatSource::digest() const {
  Digest digest;
  digest.add(classes_);
  for (const auto& [source, weight] : sources_)
    digest.add(source->digest()).add(std::as_bytes(std::span(&weight, 1)));
  return digest.hex();
}

std::optional<io::HashValue> ConcatSource::content(std::int64_t i) const {
  const auto [source, row] = place(i);
  return sources_[source].source->content(row);
}

Dataset open_several(const std::vector<WeightedPath>& sources, const FileOptions& options) {
  check(sources);
  auto part = options;
  part.memory /= std::ssize(sources);
  part.sized_bytes /= std::ssize(sources);
  std::vector<Dataset> sets;
  for (const auto& [source, weight] : sources) {
    sets.push_back(open(source, part));
    const auto& values = sets.back().train->value_names();
    if (const auto& first = sets.front().train->value_names(); values != first)
      throw Error(
          Code::data, {.option = "data.sources"},
          fmt::format("data.sources: {} has {}, {} has {}; expected the same",
                      sources.front().source, targets_text(first), source, targets_text(values)));
    const int channels = sets.back().train->channels();
    if (channels != sets.front().train->channels())
      throw Error(
          Code::data, {.option = "data.sources"},
          fmt::format("data.sources: {} has {} channels, {} has {}; expected the same",
                      sources.front().source, sets.front().train->channels(), source, channels));
  }
  const auto classes = all_classes(sets);
  const auto join = [&](std::shared_ptr<const Source> Dataset::* which,
                        bool weighted) -> std::shared_ptr<const Source> {
    std::vector<ConcatSource::One> parts;
    for (std::size_t i = 0; i < sets.size(); ++i)
      if (sets[i].*which) parts.push_back({sets[i].*which, weighted ? sources[i].weight : 1.0});
    if (parts.empty()) return nullptr;
    return std::make_shared<ConcatSource>(std::move(parts), classes);
  };
  Dataset joined{.train = join(&Dataset::train, true),
                 .validation = join(&Dataset::validation, false),
                 .test = join(&Dataset::test, false)};
  for (const auto& set : sets)
    joined.unread.insert(joined.unread.end(), set.unread.begin(), set.unread.end());
  const auto agreed = [&](const auto& same) {
    return std::all_of(sets.begin(), sets.end(),
                       [&](const Dataset& set) { return same(set, sets.front()); });
  };
  if (agreed([](const Dataset& a, const Dataset& b) {
        return a.height == b.height && a.width == b.width;
      })) {
    joined.height = sets.front().height;
    joined.width = sets.front().width;
  }
  if (agreed([](const Dataset& a, const Dataset& b) { return a.normalisation == b.normalisation; }))
    joined.normalisation = sets.front().normalisation;
  return joined;
}

}  // namespace temper::data

#include "temper/data/sources/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "temper/core/error.h"
#include "temper/data/sources/digest.h"

namespace temper::data {
namespace {

void check_names(const Source& base, const std::vector<std::string>& names, std::size_t values) {
  const std::set<std::string> different(names.begin(), names.end());
  const auto expected = names.size() * static_cast<std::size_t>(base.size());
  if (!base.classes().empty() || names.empty() || different.size() != names.size() ||
      values != expected)
    throw Error(
        Code::usage,
        fmt::format("{} values, {} names, {} of them different, for {} images of {} "
                    "classes; expected distinct names, as many values per image, and no classes",
                    values, names.size(), different.size(), base.size(), base.classes().size()));
}

bool is_missing(double value) {
  return std::isnan(value);
}

[[noreturn]] void refuse_value(double value, const std::string& name, const std::string& image) {
  throw Error(Code::data, {.image = image},
              fmt::format("value {} of '{}'; expected a finite number", value, name));
}

/// Calls visit(k, value) with the k-th value of every image that has them. Throws Error{Code::data}
/// for one that is not finite, as a user's source may give it: with it no mean would be finite.
template <class Visit>
void for_each_value(const Source& source, const Visit& visit) {
  for (std::int64_t i = 0; i < source.size(); ++i) {
    std::size_t k = 0;
    for (const double value : source.values(i)) {
      if (!std::isfinite(value)) refuse_value(value, source.value_names().at(k), source.where(i));
      visit(k++, value);
    }
  }
}

}  // namespace

RegressionSource::RegressionSource(std::shared_ptr<const Source> base,
                                   std::vector<std::string> names, std::vector<double> values)
    : base_(std::move(base)), names_(std::move(names)), values_(std::move(values)) {
  check_names(*base_, names_, values_.size());
  for (std::int64_t i = 0; i < base_->size(); ++i) {
    const auto begin = values_.begin() + i * std::ssize(names_);
    const std::span row(begin, names_.size());
    const auto missing = std::ranges::count_if(row, is_missing);
    if (missing != 0 && missing != std::ssize(row))
      throw Error(Code::data, {.image = base_->where(i)},
                  fmt::format("{} of its {} values are missing; expected all or none", missing,
                              row.size()));
    for (std::size_t k = 0; k < row.size(); ++k)
      if (std::isinf(row[k])) refuse_value(row[k], names_[k], base_->where(i));
  }
}

std::span<const double> RegressionSource::values(std::int64_t i) const {
  const auto first = static_cast<std::size_t>(i) * names_.size();
  if (is_missing(values_[first])) return {};
  return std::span(values_).subspan(first, names_.size());
}

std::string RegressionSource::digest() const {
  return Digest().add(base_->digest()).add(names_).add(std::as_bytes(std::span(values_))).hex();
}

std::vector<double> all_values(const Source& source) {
  const auto width = source.value_names().size();
  std::vector<double> all(static_cast<std::size_t>(source.size()) * width,
                          std::numeric_limits<double>::quiet_NaN());
  for (std::int64_t i = 0; i < source.size(); ++i)
    std::ranges::copy(source.values(i), all.begin() + i * static_cast<std::ptrdiff_t>(width));
  return all;
}

std::vector<ValueRange> ranges_of_values(const Source& source) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<ValueRange> ranges(source.value_names().size(), {kInfinity, -kInfinity});
  std::vector<double> counts(ranges.size());
  for_each_value(source, [&](std::size_t k, double value) {
    auto& range = ranges[k];
    range.smallest = std::min(range.smallest, value);
    range.largest = std::max(range.largest, value);
    // A running mean, because the sum of large numbers could overflow.
    range.mean += (value - range.mean) / ++counts[k];
  });
  std::vector<double> squares(ranges.size());
  for_each_value(source, [&](std::size_t k, double value) {
    const double part = (value - ranges[k].mean) / std::sqrt(counts[k]);
    squares[k] += part * part;
  });
  for (std::size_t k = 0; k < ranges.size(); ++k)
    if (counts[k] > 0)
      ranges[k].deviation = std::sqrt(squares[k]);
    else
      ranges[k] = {};
  return ranges;
}

ValueScale value_scale(const Source& source) {
  ValueScale scale;
  for (const auto& range : ranges_of_values(source)) {
    const bool varies = range.smallest < range.largest && std::isfinite(range.deviation);
    scale.mean.push_back(range.mean);
    scale.deviation.push_back(varies && range.deviation > 0 ? range.deviation : 1);
  }
  return scale;
}

std::shared_ptr<const Source> standardised(std::shared_ptr<const Source> source,
                                           const ValueScale& scale) {
  const auto names = source->value_names();
  if (names.empty()) return source;
  auto values = all_values(*source);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto k = i % names.size();
    values[i] = (values[i] - scale.mean.at(k)) / scale.deviation.at(k);
  }
  return std::make_shared<RegressionSource>(std::move(source), names, std::move(values));
}

}  // namespace temper::data

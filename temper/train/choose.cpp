#include "temper/train/choose.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/train/device.h"

namespace temper::train {
namespace {

constexpr std::int64_t kLookedAt = 256;

using HeightAndWidth = std::pair<int, int>;

std::optional<HeightAndWidth> size_of(const data::Source& source, std::int64_t i,
                                      io::Picture& picture) {
  try {
    source.read(i, picture);
    return HeightAndWidth{picture.height(), picture.width()};
  } catch (const Error& error) {
    if (error.code() != Code::data && error.code() != Code::io) throw;
    return std::nullopt;
  }
}

std::vector<HeightAndWidth> some_sizes(const data::Source& source) {
  std::vector<HeightAndWidth> sizes;
  io::Picture picture;
  const auto n = source.size();
  const auto count = std::min(n, kLookedAt);
  for (std::int64_t k = 0; k < count; ++k)
    if (const auto size = size_of(source, k * n / count, picture)) sizes.push_back(*size);
  if (sizes.empty())
    throw Error(Code::data, fmt::format("{}: none of the {} sampled pictures can be read; "
                                        "`temper data check` lists the reasons",
                                        source.where(0), count));
  return sizes;
}

/// Images of each class.
std::vector<std::int64_t> counts_of(const data::Source& source) {
  std::vector<std::int64_t> counts(source.classes().size());
  for (std::int64_t i = 0; i < source.size(); ++i)
    if (const auto label = source.label(i); label >= 0)
      ++counts.at(static_cast<std::size_t>(label));
  return counts;
}

/// The smallest and the largest count; 0 without classes.
std::pair<std::int64_t, std::int64_t> ends_of(const std::vector<std::int64_t>& counts) {
  if (counts.empty()) return {};
  const auto [low, high] = std::ranges::minmax(counts);
  return {low, high};
}

}  // namespace

recipe::DataSummary recipe_facts(const data::Dataset& dataset, const std::string& source,
                                 recipe::Device device) {
  const auto& train = *dataset.train;
  const auto sizes = some_sizes(train);
  std::vector<std::int64_t> sides;
  for (const auto& [height, width] : sizes) sides.push_back(std::min(height, width));
  const auto middle = sides.begin() + static_cast<std::ptrdiff_t>(sides.size() / 2);
  std::ranges::nth_element(sides, middle);
  const auto counts = counts_of(train);
  const auto [low, high] = ends_of(counts);
  return {.source = source,
          .images = train.size(),
          .classes = std::ssize(counts),
          .values = std::ssize(train.value_names()),
          .smallest_class = low,
          .largest_class = high,
          .side = *middle,
          .same_size = dataset.height > 0 || std::set(sizes.begin(), sizes.end()).size() == 1,
          .validation = dataset.validation != nullptr,
          .gpu = resolve_device(device).device == recipe::Device::cuda};
}

recipe::DataSummary recipe_facts(const data::Check& check, recipe::Device device) {
  const auto& train = check.sets.at(0);
  const auto [low, high] = ends_of(train.per_class);
  const auto& sizes = train.sizes;
  return {.source = check.source,
          .images = train.images,
          .classes = std::ssize(check.classes),
          .values = std::ssize(check.value_names),
          .smallest_class = low,
          .largest_class = high,
          .side = sizes.median_side,
          .same_size = sizes.smallest_height == sizes.largest_height &&
                       sizes.smallest_width == sizes.largest_width,
          .validation = check.sets.size() > 1 && check.sets[1].name == "validation",
          .gpu = resolve_device(device).device == recipe::Device::cuda};
}

std::string to_text(const recipe::Choice& choice) {
  std::string text;
  for (const auto& [what, why] : choice.reasons) text += fmt::format("  {:<11} {}\n", what, why);
  return text;
}

}  // namespace temper::train

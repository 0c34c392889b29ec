#include "temper/data/prepare/similar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>

#include "temper/core/error.h"

namespace temper::data {
namespace {

/// In bandwidths. An image at this distance has less than 3e-18 of the similarity of the image
/// itself.
constexpr double kReach = 9;

std::size_t index(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

std::span<const double> values_of(const Source& source, std::int64_t image) {
  const auto values = source.values(image);
  if (const auto expected = source.value_names().size(); values.size() != expected)
    throw Error(Code::usage, {.image = source.where(image)},
                fmt::format("it has {} values; expected {}, by which similar images are found",
                            values.size(), expected));
  return values;
}

}  // namespace

SimilarImages::SimilarImages(const Source& source, double bandwidth)
    : images_(index(source.size())), places_(images_.size()) {
  if (!(bandwidth > 0) || !std::isfinite(bandwidth))
    throw Error(Code::usage, fmt::format("similar images within a bandwidth of {}; expected a "
                                         "finite number above 0",
                                         bandwidth));
  if (source.value_names().empty())
    throw Error(Code::usage, "similar images of a set with classes; expected one with values");
  std::iota(images_.begin(), images_.end(), std::int64_t{0});
  std::ranges::stable_sort(images_, {},
                           [&](std::int64_t image) { return values_of(source, image).front(); });
  for (std::size_t place = 0; place < images_.size(); ++place) {
    places_[index(images_[place])] = static_cast<std::int64_t>(place);
    const auto values = values_of(source, images_[place]);
    firsts_.push_back(values.front() / bandwidth);
    for (const double value : values) values_.push_back(value / bandwidth);
  }
}

SimilarImages::Range SimilarImages::within_reach(std::int64_t place) const {
  const double here = firsts_[index(place)];
  const auto first = std::ranges::lower_bound(firsts_, here - kReach);
  const auto last = std::ranges::upper_bound(firsts_, here + kReach);
  return {first - firsts_.begin(), last - firsts_.begin()};
}

double SimilarImages::similarity(std::int64_t one, std::int64_t other) const {
  const auto count = values_.size() / images_.size();
  const auto all = std::span(values_);
  const auto a = all.subspan(index(one) * count, count);
  const auto b = all.subspan(index(other) * count, count);
  double squares = 0;
  for (std::size_t k = 0; k < count; ++k) squares += (a[k] - b[k]) * (a[k] - b[k]);
  return std::exp(-squares / 2);
}

/// By rejection, which is fast where many images are similar; after as many attempts as there are
/// images within reach by going through all of these. Both draw with the same probabilities.
std::int64_t SimilarImages::draw(std::int64_t image, Random random) const {
  const auto place = places_[index(image)];
  const auto [first, last] = within_reach(place);
  for (auto attempt = first; attempt < last; ++attempt) {
    const auto other =
        first + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(last - first)));
    if (random.uniform() < similarity(place, other)) return images_[index(other)];
  }
  double sum = 0;
  for (auto other = first; other < last; ++other) sum += similarity(place, other);
  double left = random.uniform(0, sum);
  for (auto other = first; other < last; ++other) {
    left -= similarity(place, other);
    if (left < 0) return images_[index(other)];
  }
  return image;  // rounding can leave out the last one
}

std::vector<double> SimilarImages::probabilities(std::int64_t image) const {
  std::vector<double> all(images_.size(), 0);
  const auto place = places_[index(image)];
  const auto [first, last] = within_reach(place);
  double sum = 0;
  for (auto other = first; other < last; ++other) {
    const double found = similarity(place, other);
    all[index(images_[index(other)])] = found;
    sum += found;
  }
  for (auto& probability : all) probability /= sum;
  return all;
}

Order similar_to(Order rows, std::shared_ptr<const SimilarImages> images, std::uint64_t seed) {
  return [rows = std::move(rows), images = std::move(images), seed](std::int64_t epoch) {
    auto chosen = rows(epoch);
    for (std::size_t row = 0; row < chosen.size(); ++row)
      chosen[row] = images->draw(
          chosen[row], Random(seed, Purpose::mix,
                              {coordinate("similar"), static_cast<std::uint64_t>(epoch), row}));
    return chosen;
  };
}

}  // namespace temper::data

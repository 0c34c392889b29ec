#include "temper/data/prepare/normalisation.h"

#include <algorithm>
#include <cmath>

#include "temper/data/prepare/readable.h"
#include "temper/data/sources/unreadable_image.h"
#include "temper/io/image/picture.h"

namespace temper::data {

void add(Histogram& histogram, const io::Pixels& pixels) {
  const auto channels = static_cast<std::size_t>(pixels.channels);
  const auto samples = static_cast<std::size_t>(pixels.width) * channels;
  for (int y = 0; y < pixels.height; ++y) {
    const auto* row = pixels.row(y);
    for (std::size_t i = 0; i < samples; ++i) ++histogram[i % channels][row[i]];
  }
}

augment::Normalisation normalisation_of(const Histogram& histogram, int channels) {
  augment::Normalisation result;
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
    double weight = 0, sum = 0, squares = 0;
    for (std::size_t v = 0; v < 256; ++v) {
      const auto times = static_cast<double>(histogram[c][v]);
      const double value = static_cast<double>(v) / 255;
      weight += times;
      sum += times * value;
      squares += times * value * value;
    }
    const double mean = weight > 0 ? sum / weight : 0;
    const double variance = weight > 0 ? squares / weight - mean * mean : 1;
    result.mean.push_back(mean);
    result.std.push_back(
        std::max(std::sqrt(std::max(variance, 0.0)), 1.0 / 255));  // for a constant channel
  }
  return result;
}

augment::Normalisation measure_normalisation(const Source& source, std::int64_t images,
                                             bool skip_bad) {
  const std::int64_t n = source.size();
  const std::int64_t count = std::min(n, images);
  Histogram histogram{};
  io::Picture picture;
  for (std::int64_t k = 0; k < count; ++k) {
    const auto i = k * n / count;
    if (const auto error = read_error_of(source, i, picture)) {
      if (!skip_bad) throw UnreadableImage(*error);
      continue;
    }
    add(histogram, picture.pixels());
  }
  return normalisation_of(histogram, source.channels());
}

augment::Normalisation normalisation_of(const Dataset& dataset, bool skip_bad) {
  return dataset.normalisation.mean.empty()
             ? measure_normalisation(*dataset.train, 10'000, skip_bad)
             : dataset.normalisation;
}

}  // namespace temper::data

#include "temper/data/normalisation.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace temper::data {

augment::Normalisation imagenet_normalisation(int channels) {
  if (channels == 1) return {{0.449}, {0.226}};
  return {{0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}};
}

augment::Normalisation measure_normalisation(const Source& source, std::int64_t images) {
  const auto channels = static_cast<std::size_t>(source.channels());
  const std::int64_t n = source.size();
  const std::int64_t count = std::min(n, images);
  std::array<std::array<std::uint64_t, 256>, 3>
      histogram{};  // exact, whatever the number of pixels
  io::Image image;
  for (std::int64_t k = 0; k < count; ++k) {
    source.read(k * n / count, image);
    for (std::size_t i = 0; i < image.pixels.size(); ++i)
      ++histogram[i % channels][image.pixels[i]];
  }
  augment::Normalisation result;
  for (std::size_t c = 0; c < channels; ++c) {
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
        std::max(std::sqrt(std::max(variance, 0.0)), 1.0 / 255));  // one colour only
  }
  return result;
}

augment::Normalisation normalisation_of(const Dataset& dataset) {
  return dataset.normalisation.mean.empty() ? measure_normalisation(*dataset.train)
                                            : dataset.normalisation;
}

}  // namespace temper::data

#include "temper/corrupt/arrays/samples.h"

#include <array>

namespace temper::corrupt {
namespace {

template <class Convert>
void convert(const io::Image& image, Samples& samples, const Convert& convert) {
  samples.resize(image.height, image.width, image.channels);
  std::transform(image.pixels.begin(), image.pixels.end(), samples.values.begin(), convert);
}

}  // namespace

void bytes_of(const io::Image& image, Samples& samples) {
  convert(image, samples, [](std::uint8_t sample) { return static_cast<double>(sample); });
}

void units_of(const io::Image& image, Samples& samples) {
  convert(image, samples, [](std::uint8_t sample) { return sample / 255.0; });
}

void float_units_of(const io::Image& image, Samples& samples) {
  convert(image, samples, [](std::uint8_t sample) {
    return static_cast<double>(static_cast<float>(sample) / 255.0F);
  });
}

void store_units(const Samples& samples, io::Image& image) {
  std::transform(samples.values.begin(), samples.values.end(), image.pixels.begin(),
                 [](double unit) { return byte_of(unit); });
}

void store_float_units(const Samples& samples, io::Image& image) {
  std::transform(samples.values.begin(), samples.values.end(), image.pixels.begin(),
                 [](double unit) { return byte_of(static_cast<float>(unit)); });
}

double sum_of(std::span<const double> values) {
  const std::size_t n = values.size();
  if (n > 128) {
    const std::size_t half = n / 2 - n / 2 % 8;
    return sum_of(values.first(half)) + sum_of(values.subspan(half));
  }
  std::size_t i = 0;
  double sum = 0;
  if (n >= 8) {
    std::array<double, 8> partial{};
    for (; i + 8 <= n; i += 8)
      for (std::size_t k = 0; k < 8; ++k) partial[k] += values[i + k];
    sum = ((partial[0] + partial[1]) + (partial[2] + partial[3])) +
          ((partial[4] + partial[5]) + (partial[6] + partial[7]));
  }
  for (; i < n; ++i) sum += values[i];
  return sum;
}

}  // namespace temper::corrupt

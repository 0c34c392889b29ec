#include "stripes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

#include "temper/core/random.h"

Stripes::Stripes(std::string name, std::int64_t size, std::uint64_t seed)
    : name_(std::move(name)), size_(size), seed_(seed) {}

void Stripes::read(std::int64_t i, temper::io::Picture& picture) const {
  temper::io::Image& into = picture.image();
  into.height = kSide;
  into.width = kSide;
  into.channels = 1;
  into.pixels.resize(into.size());

  // The direction in which the intensity varies: rows, columns, or either diagonal.
  constexpr std::array<std::pair<int, int>, 4> kDirections = {{{1, 0}, {0, 1}, {1, 1}, {1, -1}}};
  const auto [down, right] = kDirections[static_cast<std::size_t>(label(i))];
  temper::Random random(seed_, temper::Purpose::inspect, {static_cast<std::uint64_t>(i)});
  const double phase = random.uniform(0, 2 * std::numbers::pi);
  const double frequency = random.uniform(0.6, 1.4);
  for (int y = 0; y < kSide; ++y)
    for (int x = 0; x < kSide; ++x) {
      const double wave = std::sin(frequency * (down * y + right * x) + phase);
      const double grey = 128 + 40 * wave + 40 * random.normal();
      into.pixels[static_cast<std::size_t>(y * kSide + x)] =
          static_cast<std::uint8_t>(std::clamp(grey, 0.0, 255.0));
    }
}

std::string Stripes::where(std::int64_t i) const {
  return name_ + " stripes, image " + std::to_string(i);
}

std::string Stripes::digest() const {
  return "stripes 1 " + std::to_string(size_) + " " + std::to_string(seed_);
}

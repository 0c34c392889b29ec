#include "temper/augment/pixels/normal_noise.h"

#include <array>
#include <cmath>

namespace temper::augment {
namespace {

constexpr std::size_t kLayers = 256;
constexpr double kEdge = 3.6541528853610088;  ///< where the tail begins
constexpr double kArea = 4.92867323399e-3;    ///< of every layer

double density(double x) {
  return std::exp(-0.5 * x * x);
}

}  // namespace

/// Rectangles of equal area under the density, which is not scaled: layer k >= 1 has the width
/// x[k] and reaches from density(x[k]) up to density(x[k + 1]). Layer 0 has the tail beside it.
struct NormalNoise::Layers {
  std::array<float, kLayers + 1> x{};
  std::array<float, kLayers + 1> y{};

  Layers() {
    std::array<double, kLayers + 1> exact{kArea / density(kEdge), kEdge};
    for (std::size_t k = 1; k + 1 < kLayers; ++k)
      exact[k + 1] = std::sqrt(-2 * std::log(kArea / exact[k] + density(exact[k])));
    for (std::size_t k = 0; k <= kLayers; ++k) {
      x[k] = static_cast<float>(exact[k]);
      y[k] = static_cast<float>(density(exact[k]));
    }
  }
};

const NormalNoise::Layers& NormalNoise::layers() {
  static const Layers made;
  return made;
}

NormalNoise::NormalNoise(std::uint64_t seed)
    : random_(seed, Purpose::augment, {coordinate("normal noise")}), layers_(layers()) {}

float NormalNoise::tail() {
  while (true) {
    const double beyond = -std::log(1 - random_.uniform()) / kEdge;
    const double height = -std::log(1 - random_.uniform());
    if (2 * height > beyond * beyond) return static_cast<float>(kEdge + beyond);
  }
}

float NormalNoise::operator()() {
  while (true) {
    const std::uint32_t bits = random_();
    const std::size_t k = bits % kLayers;
    // The upper 24 bits: uniform in (-1, 1), symmetric.
    const float part = (static_cast<float>(static_cast<std::int32_t>(bits) >> 8) + 0.5F) * 0x1p-23F;
    const float x = part * layers_.x[k];
    const float size = std::abs(x);
    if (size < layers_.x[k + 1]) return x;
    if (k == 0) return std::copysign(tail(), x);
    const float height =
        layers_.y[k] + static_cast<float>(random_.uniform()) * (layers_.y[k + 1] - layers_.y[k]);
    if (height < density(x)) return x;
  }
}

}  // namespace temper::augment

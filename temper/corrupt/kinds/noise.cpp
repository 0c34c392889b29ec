#include "temper/corrupt/kinds/noise.h"

namespace temper::corrupt {

void gaussian_noise(io::Image& image, double scale, Draws& draws) {
  for (auto& sample : image.pixels) sample = byte_of(sample / 255.0 + scale * draws.normal());
}

void shot_noise(io::Image& image, double photons, Draws& draws) {
  for (auto& sample : image.pixels)
    sample = byte_of(static_cast<double>(draws.poisson(sample / 255.0 * photons)) / photons);
}

void impulse_noise(io::Image& image, double amount, Draws& draws, Workspace& memory) {
  memory.marks.resize(image.pixels.size());
  for (auto& changed : memory.marks) changed = draws.uniform(0, 1) < amount ? 1 : 0;
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const bool salt = draws.uniform(0, 1) < 0.5;
    auto& sample = image.pixels[i];
    sample = memory.marks[i] == 0 ? byte_of(sample / 255.0) : salt ? 255 : 0;
  }
}

void speckle_noise(io::Image& image, double scale, Draws& draws) {
  for (auto& sample : image.pixels) {
    const double x = sample / 255.0;
    sample = byte_of(x + x * (scale * draws.normal()));
  }
}

}  // namespace temper::corrupt

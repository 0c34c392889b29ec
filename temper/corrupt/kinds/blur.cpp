#include "temper/corrupt/kinds/blur.h"

#include <array>
#include <cmath>

#include "temper/corrupt/arrays/row_kernels.h"

namespace temper::corrupt {
namespace {

/// The mean over a disk as a square kernel of 2 * radius + 1 rows and columns, written to `kernel`.
/// @return the radius
int disk_kernel(const Disk& disk, std::vector<double>& kernel) {
  const int radius = disk.radius <= 8 ? 8 : static_cast<int>(disk.radius);
  const int soft = disk.radius <= 8 ? 1 : 2;
  const int size = 2 * radius + 1;
  const auto inside = [&](int y, int x) {
    const int dy = mirrored(y, size) - radius;
    const int dx = mirrored(x, size) - radius;
    return dy * dy + dx * dx <= disk.radius * disk.radius;
  };
  double area = 0;
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x) area += inside(y, x) ? 1 : 0;
  std::array<double, 5> weights{};
  double sum = 0;
  for (int i = -soft; i <= soft; ++i) {
    auto& weight = weights[static_cast<std::size_t>(i) + 2];
    weight = std::exp(-0.5 * (i / disk.sigma) * (i / disk.sigma));
    sum += weight;
  }
  kernel.clear();
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x) {
      double value = 0;
      for (int dy = -soft; dy <= soft; ++dy)
        for (int dx = -soft; dx <= soft; ++dx)
          if (inside(y + dy, x + dx))
            value += weights[static_cast<std::size_t>(dy) + 2] *
                     weights[static_cast<std::size_t>(dx) + 2];
      kernel.push_back(static_cast<float>(value / (sum * sum * area)));
    }
  return radius;
}

}  // namespace

void gaussian_blur(io::Image& image, double sigma, Workspace& memory) {
  units_of(image, memory.a);
  memory.gaussian(memory.a, GaussianOptions::round(sigma));
  store_units(memory.a, image);
}

void glass_blur(io::Image& image, const Glass& glass, Draws& draws, Workspace& memory) {
  gaussian_blur(image, glass.sigma, memory);
  const int reach = glass.distance;
  const auto pixel = [&image](int y, int x) {
    return image.pixels.begin() +
           (static_cast<std::ptrdiff_t>(y) * image.width + x) * image.channels;
  };
  for (int i = 0; i < glass.iterations; ++i)
    for (int y = image.height - reach; y > reach; --y)
      for (int x = image.width - reach; x > reach; --x) {
        const int dx = static_cast<int>(draws.below(std::int64_t{2} * reach)) - reach;
        const int dy = static_cast<int>(draws.below(std::int64_t{2} * reach)) - reach;
        std::copy_n(pixel(y + dy, x + dx), image.channels, pixel(y, x));
      }
  gaussian_blur(image, glass.sigma, memory);
}

void defocus_blur(io::Image& image, const Disk& disk, Workspace& memory) {
  const int radius = disk_kernel(disk, memory.numbers);
  units_of(image, memory.a);
  const int height = image.height;
  const int width = image.width;
  const int channels = image.channels;
  auto& wide = memory.b;
  wide.resize(height, width + 2 * radius, channels);
  for (int y = 0; y < height; ++y) {
    double* into = wide.row(y);
    for (int x = -radius; x < width + radius; ++x)
      into = std::copy_n(memory.a.pixel(y, mirrored(x, width)), channels, into);
  }
  auto& result = memory.c;
  result.clear(height, width, channels);
  const int size = 2 * radius + 1;
  for (int y = 0; y < height; ++y)
    for (int i = 0; i < size; ++i) {
      const int from = mirrored(y + i - radius, height);
      for (int j = 0; j < size; ++j) {
        const double weight =
            memory.numbers[static_cast<std::size_t>(i) * static_cast<std::size_t>(size) +
                           static_cast<std::size_t>(j)];
        if (weight != 0)
          kernels::add_scaled(wide.pixel(from, j), weight,
                              static_cast<std::int64_t>(result.row_size()), result.row(y));
      }
    }
  store_units(result, image);
}

void motion_blur(io::Image& image, int radius, double sigma, bool rounds, Draws& draws,
                 Workspace& memory) {
  bytes_of(image, memory.a);
  memory.motion(memory.a,
                {.radius = radius,
                 .sigma = sigma,
                 .degrees = draws.uniform(-45, 45),
                 .stops_outside = !rounds},
                memory.b);
  std::transform(memory.b.values.begin(), memory.b.values.end(), image.pixels.begin(),
                 [rounds](double value) {
                   return static_cast<std::uint8_t>(
                       std::clamp(rounds ? std::floor(value + 0.5) : value, 0.0, 255.0));
                 });
}

void zoom_blur(io::Image& image, const Zooms& zooms, bool centered, Workspace& memory) {
  float_units_of(image, memory.a);
  auto& sum = memory.b;
  sum.clear(image.height, image.width, image.channels);
  const int count = static_cast<int>(std::ceil((zooms.end - 1) / zooms.step));
  const double step = (1 + zooms.step) - 1;  // as numpy.arange computes it
  for (int i = 0; i < count; ++i) {
    auto& zoomed = memory.c;
    memory.zoom(memory.a, 1 + i * step, /*to_float=*/true, zoomed);
    cut(zoomed, centered ? (zoomed.height - image.height) / 2 : 0,
        centered ? (zoomed.width - image.width) / 2 : 0, image.height, image.width, memory.d);
    for (std::size_t k = 0; k < sum.values.size(); ++k)
      sum.values[k] = static_cast<float>(sum.values[k] + memory.d.values[k]);
  }
  for (std::size_t k = 0; k < sum.values.size(); ++k)
    sum.values[k] =
        static_cast<float>(memory.a.values[k] + sum.values[k]) / static_cast<float>(count + 1);
  store_float_units(sum, image);
}

}  // namespace temper::corrupt

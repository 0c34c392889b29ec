#include "temper/corrupt/kinds/frost.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <system_error>

#include "temper/core/error.h"
#include "temper/corrupt/arrays/plasma.h"
#include "temper/corrupt/arrays/resize8.h"
#include "temper/io/disk/read_file.h"
#include "temper/io/disk/system_error.h"
#include "temper/io/image/picture_name.h"

namespace temper::corrupt {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20;

std::vector<fs::path> pictures_in(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> paths;
  fs::directory_iterator it(folder, error);
  for (; !error && it != fs::directory_iterator(); it.increment(error))
    if (io::is_picture_name(it->path()) && !it->path().filename().string().starts_with('.'))
      paths.push_back(it->path());
  if (error) throw io::system_error("read", folder, error.value());
  std::sort(paths.begin(), paths.end(),
            [](const fs::path& a, const fs::path& b) { return a.native() < b.native(); });
  return paths;
}

/// Blends memory.texture, RGB of the image's size.
void blend(io::Image& image, const Frost& frost, const io::Image& texture) {
  const auto channels = static_cast<std::size_t>(image.channels);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const auto* rgb = texture.pixels.data() + i / channels * 3;
    const double ice = channels == 3 ? rgb[i % 3] : luma_of(rgb[0], rgb[1], rgb[2]);
    image.pixels[i] = static_cast<std::uint8_t>(
        std::clamp(frost.keep * image.pixels[i] + frost.add * ice, 0.0, 255.0));
  }
}

void size_texture(const io::Image& image, io::Image& texture) {
  texture.height = image.height;
  texture.width = image.width;
  texture.channels = 3;
  texture.pixels.resize(texture.size());
}

/// Adds a line of ice to a map.
void add_needle(Samples& map, double y, double x, double degrees, double length, double light) {
  const double radians = degrees * (std::numbers::pi / 180);
  const int steps = static_cast<int>(length) + 1;
  for (int i = 0; i < steps; ++i) {
    const int row = static_cast<int>(std::floor(y + i * std::sin(radians)));
    const int column = static_cast<int>(std::floor(x + i * std::cos(radians)));
    if (row < 0 || column < 0 || row >= map.height || column >= map.width) continue;
    auto& value = map.row(row)[column];
    value = std::max(value, light * (1 - static_cast<double>(i) / steps));
  }
}

/// Needles of ice on a map of the image's size, from 0 to 1.
void draw_needles(Draws& draws, Samples& map) {
  const double side = std::max(map.height, map.width);
  const auto stars = 8 + static_cast<std::int64_t>(map.height) * map.width / 256;
  for (std::int64_t i = 0; i < stars; ++i) {
    const double y = draws.uniform(0, map.height);
    const double x = draws.uniform(0, map.width);
    const double turn = draws.uniform(0, 60);
    const double length = draws.uniform(0.03, 0.15) * side + 2;
    const double light = draws.uniform(0.4, 1);
    for (int arm = 0; arm < 6; ++arm) {
      const double degrees = turn + 60 * arm;
      add_needle(map, y, x, degrees, length, light);
      for (const double at : {0.3, 0.6})
        for (const double side_arm : {-60.0, 60.0})
          add_needle(map, y + at * length * std::sin(degrees * (std::numbers::pi / 180)),
                     x + at * length * std::cos(degrees * (std::numbers::pi / 180)),
                     degrees + side_arm, length * (0.7 - at), light * 0.8);
    }
  }
}

}  // namespace

FrostPictures read_frost(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error))
    throw Error(
        Code::usage, {.file = folder.string()},
        "no folder of frost pictures; expected a folder of PNG, JPEG or WebP files, or leave "
        "it out for computed frost");
  FrostPictures pictures;
  for (const auto& path : pictures_in(folder))
    pictures.push_back(io::decode_image(io::read_file(path, kMostBytes), path.string(), 3));
  if (pictures.empty())
    throw Error(Code::usage, {.file = folder.string()},
                "no frost pictures in this folder; expected PNG, JPEG or WebP files, or leave it "
                "out for computed frost");
  return pictures;
}

void frost(io::Image& image, const Frost& frost, const FrostPictures& photographs, FrostSize size,
           Draws& draws, Workspace& memory) {
  const auto& photograph =
      photographs.at(static_cast<std::size_t>(draws.below(std::ssize(photographs))));
  const double enlarged = std::max({static_cast<double>(image.height) / photograph.height,
                                    static_cast<double>(image.width) / photograph.width, 1.0}) *
                          1.1;
  const auto scaled = [](int side, double scale) {
    return static_cast<int>(std::ceil(side * scale));
  };
  int height = photograph.height;
  int width = photograph.width;
  auto method = Resize8::cubic;
  double scale_y = 1;
  double scale_x = 1;
  if (size == FrostSize::fifth) {
    height = static_cast<int>(std::lrint(height * 0.2));
    width = static_cast<int>(std::lrint(width * 0.2));
    method = Resize8::linear;
    scale_y = scale_x = 1 / 0.2;
  }
  if (size == FrostSize::fitting || height <= image.height || width <= image.width) {
    height = scaled(photograph.height, enlarged);
    width = scaled(photograph.width, enlarged);
    method = Resize8::cubic;
    scale_y = 1 / (static_cast<double>(height) / photograph.height);
    scale_x = 1 / (static_cast<double>(width) / photograph.width);
  }
  const auto top = static_cast<int>(draws.below(std::max(1, height - image.height)));
  const auto left = static_cast<int>(draws.below(std::max(1, width - image.width)));
  size_texture(image, memory.texture);
  resize_window(photograph, method, scale_y, scale_x, top, left, memory.texture);
  blend(image, frost, memory.texture);
}

void frost(io::Image& image, const Frost& frost, Draws& draws, Workspace& memory) {
  const int side = power_of_two(std::max({image.height, image.width, 2}));
  plasma(side, 1.7, draws, memory.a);
  auto& needles = memory.b;
  needles.clear(image.height, image.width, 1);
  draw_needles(draws, needles);
  size_texture(image, memory.texture);
  constexpr std::array<double, 3> tint{0.86, 0.97, 1.05};  // of the photographs, to their luma
  auto* out = memory.texture.pixels.data();
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x) {
      const double light = 60 + 120 * memory.a.row(y)[x] + 120 * needles.row(y)[x];
      for (const double channel : tint)
        *out++ = static_cast<std::uint8_t>(std::clamp(light * channel, 0.0, 255.0));
    }
  blend(image, frost, memory.texture);
}

}  // namespace temper::corrupt

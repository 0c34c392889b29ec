#include "temper/corrupt/kinds/elastic.h"

#include <array>

#include "temper/corrupt/arrays/affine_warp.h"

namespace temper::corrupt {
namespace {

/// strength * smooth noise from -most to most, as float32.
void draw_shifts(int height, int width, double most, double strength, GaussianOptions options,
                 Draws& draws, GaussianFilter& gaussian, Samples& shifts) {
  options.edge = Edge::reflect;
  options.truncate = 3;
  shifts.resize(height, width, 1);
  for (auto& shift : shifts.values) shift = draws.uniform(-most, most);
  gaussian(shifts, options);
  for (auto& shift : shifts.values) shift = static_cast<float>(shift * strength);
}

/// Moves the pixels of memory.a by memory.b (down) and memory.c (to the right).
void move(io::Image& image, Workspace& memory) {
  displace(memory.a, memory.b, memory.c, memory.d);
  store_float_units(memory.d, image);
}

}  // namespace

void elastic_transform(io::Image& image, const Elastic& elastic, double size, Draws& draws,
                       Workspace& memory) {
  const double center_y = image.height / 2;  // NOLINT(bugprone-integer-division): whole pixels
  const double center_x = image.width / 2;   // NOLINT(bugprone-integer-division)
  const double reach =
      std::min(image.height, image.width) / 3;  // NOLINT(bugprone-integer-division)
  // The original takes (row, column) for (x, y), which is the same for squares.
  const std::array<Point, 3> from{Point{center_y + reach, center_x + reach},
                                  Point{center_y + reach, center_x - reach},
                                  Point{center_y - reach, center_x - reach}};
  auto to = from;
  const double most = elastic.affine * size;
  const auto moved = [&](double coordinate) {
    return static_cast<float>(coordinate) + static_cast<float>(draws.uniform(-most, most));
  };
  for (auto& point : to) {
    point.x = moved(point.x);
    point.y = moved(point.y);
  }
  float_units_of(image, memory.d);
  warp_affine(memory.d, map_of(from, to), memory.a);
  for (auto* shifts : {&memory.c, &memory.b})
    draw_shifts(image.height, image.width, 1, elastic.strength * size,
                GaussianOptions::round(elastic.sigma * size), draws, memory.gaussian, *shifts);
  move(image, memory);
}

void elastic_transform(io::Image& image, double strength, Draws& draws, Workspace& memory) {
  float_units_of(image, memory.a);
  for (auto* shifts : {&memory.c, &memory.b})
    draw_shifts(image.height, image.width, image.height * 0.005, strength,
                {.sigma_y = image.height * 0.01, .sigma_x = image.width * 0.01}, draws,
                memory.gaussian, *shifts);
  move(image, memory);
}

}  // namespace temper::corrupt

#include "temper/corrupt/arrays/planes.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace temper::corrupt {
namespace {

io::Image plane(int height, int width, std::vector<std::uint8_t> pixels) {
  return {height, width, 1, std::move(pixels)};
}

TEST(Canny, FindsTheEdgeOfAStep) {
  io::Image step = plane(6, 8, std::vector<std::uint8_t>(48, 0));
  for (std::size_t i = 0; i < step.pixels.size(); ++i)
    if (i % 8 >= 4) step.pixels[i] = 200;
  std::vector<std::pair<int, int>> points;
  Samples magnitudes;
  io::Image edges;
  canny(step, 50, 150, points, magnitudes, edges);
  for (std::size_t i = 0; i < edges.pixels.size(); ++i)
    EXPECT_EQ(edges.pixels[i], i % 8 == 3 ? 255 : 0) << i;
  canny(plane(3, 3, std::vector<std::uint8_t>(9, 77)), 50, 150, points, magnitudes, edges);
  EXPECT_EQ(edges.pixels, std::vector<std::uint8_t>(9, 0));
}

TEST(Distances, AreThoseOfTheMask) {
  io::Image image = plane(5, 6, std::vector<std::uint8_t>(30, 255));
  image.pixels[0] = 0;
  std::vector<float> distances;
  distance_transform(image, distances);
  EXPECT_EQ(distances[0], 0);
  EXPECT_EQ(distances[1], 1);
  EXPECT_EQ(distances[7], 1.4F);          // diagonal
  EXPECT_EQ(distances[8], 2.1969F);       // one down, two to the right
  EXPECT_EQ(distances[14], 1.4F + 1.4F);  // two down, two to the right
}

TEST(EqualizeHistogram, SpreadsTheValues) {
  auto image = plane(1, 4, {10, 10, 20, 30});
  equalize_histogram(image);
  EXPECT_EQ(image.pixels, (std::vector<std::uint8_t>{0, 0, 128, 255}));
  auto same = plane(1, 3, {9, 9, 9});
  equalize_histogram(same);
  EXPECT_EQ(same.pixels, (std::vector<std::uint8_t>{9, 9, 9}));
}

TEST(Filter3, MirrorsAtTheEnds) {
  io::Image result;
  filter3(plane(1, 3, {10, 20, 40}), {{{0, 0, 0}, {-1, 0, 1}, {0, 0, 0}}}, result);
  EXPECT_EQ(result.pixels, (std::vector<std::uint8_t>{0, 30, 0}));
  blur3(plane(1, 3, {0, 3, 6}), result);
  EXPECT_EQ(result.pixels, (std::vector<std::uint8_t>{2, 3, 4}));
}

}  // namespace
}  // namespace temper::corrupt

#include "temper/augment/operations/cutout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "tests/augment/distribution.h"

namespace temper::augment {
namespace {

constexpr float kKept = 100 / 255.0F;

/// The rendered input of one channel that was 100 everywhere.
std::vector<float> applied(const Cutout& options, Size input, std::uint64_t seed,
                           std::vector<Applied>* notes = nullptr) {
  io::Image image{static_cast<int>(input.height), static_cast<int>(input.width), 1, {}};
  image.pixels.assign(image.size(), 100);
  Frame frame(input);
  frame.record(notes);
  frame.begin(image);
  Random random(seed, Purpose::augment);
  apply(options, frame, random);
  std::vector<float> samples(image.size());
  frame.render(NormalisationTable({{0.0}, {1.0}}), samples.data());
  return samples;
}

/// The authors' code: a square of 2 * floor(length / 2) around the center, clipped.
std::vector<float> published(Size input, std::int64_t y, std::int64_t x, std::int64_t length) {
  const auto clip = [](std::int64_t at, std::int64_t high) {
    return std::clamp<std::int64_t>(at, 0, high);
  };
  const auto y1 = clip(y - length / 2, input.height), y2 = clip(y + length / 2, input.height);
  const auto x1 = clip(x - length / 2, input.width), x2 = clip(x + length / 2, input.width);
  std::vector<float> mask;
  for (std::int64_t row = 0; row < input.height; ++row)
    for (std::int64_t column = 0; column < input.width; ++column)
      mask.push_back(row >= y1 && row < y2 && column >= x1 && column < x2 ? 0 : kKept);
  return mask;
}

TEST(Cutout, SetsTheAuthorsSquaresToZero) {
  for (const Size input : {Size{32, 32}, {7, 12}, {1, 1}, {1, 9}})
    for (const std::int64_t length : {0, 1, 2, 7, 8, 16, 60})
      for (std::uint64_t seed = 0; seed < 30; ++seed) {
        Random random(seed, Purpose::augment);
        EXPECT_TRUE(random.chance(1));
        const auto y =
            static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(input.height)));
        const auto x =
            static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(input.width)));
        ASSERT_EQ(applied({.length = static_cast<double>(length)}, input, seed),
                  published(input, y, x, length))
            << "length " << length << " at " << y << ", " << x;
      }
}

TEST(Cutout, HasItsCenterAtEveryPixelEquallyOften) {
  std::map<std::vector<float>, int> masks;
  for (std::uint64_t seed = 0; seed < 6000; ++seed) ++masks[applied({.length = 2}, {4, 5}, seed)];
  expect_equal_shares(masks, 20);
}

TEST(Cutout, SetsSeveralSquaresAsOftenAsItsProbabilitySays) {
  int cut = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    std::vector<Applied> notes;
    const auto samples = applied({.p = 0.3, .length = 4, .n_holes = 3}, {20, 20}, seed, &notes);
    EXPECT_EQ(notes.empty(), std::ranges::count(samples, kKept) == 400);
    if (notes.empty()) continue;
    EXPECT_EQ(notes, std::vector<Applied>(3, {"cutout", 4, "pixels"}));
    ++cut;
  }
  EXPECT_NEAR(cut, 300, 75);
}

}  // namespace
}  // namespace temper::augment

#include "temper/augment/pixels/mix.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "temper/core/random.h"
#include "tests/augment/targets.h"

namespace temper::augment {
namespace {

std::vector<std::uint8_t> noise(std::size_t size) {
  Random random(size, Purpose::inspect);
  std::vector<std::uint8_t> samples(size);
  for (auto& sample : samples) sample = static_cast<std::uint8_t>(random.below(256));
  return samples;
}

// Samples of whole vectors and those behind them.
void expect_weighted_sums() {
  const std::vector<float> weights{0.5F, 0.25F, 0.125F};
  for (const std::size_t size : {1U, 2U, 15U, 16U, 17U, 1000U}) {
    const auto images = noise(3 * size);
    std::vector<std::uint8_t> nearest(size);
    std::vector<std::uint8_t> truncated(size);
    mix(weights, images, ToSample::nearest, nearest);
    mix(weights, images, ToSample::truncated, truncated);
    for (std::size_t i = 0; i < size; ++i) {
      const double exact = 0.5 * images[i] + 0.25 * images[size + i] + 0.125 * images[2 * size + i];
      ASSERT_EQ(nearest[i], std::floor(exact + 0.5)) << i;
      ASSERT_EQ(truncated[i], std::floor(exact)) << i;
    }
  }
}

TEST(Mix, IsTheWeightedSumOfEverySampleWithAllInstructions) {
  for_each_target(expect_weighted_sums);
}

// Weights whose products are rounded.
TEST(Mix, HasTheSameBytesWithAllInstructions) {
  const std::vector<float> weights{0.1F, 0.3F, 0.2F, 0.4F};
  const auto images = noise(4 * 1003);
  std::vector<std::uint8_t> mixed;
  std::vector<std::uint8_t> blended;
  for_each_target([&] {
    std::vector<std::uint8_t> out(1003);
    mix(weights, images, ToSample::truncated, out);
    if (mixed.empty()) mixed = out;
    EXPECT_EQ(out, mixed);
    const std::span all(images);
    blend(all.first(1003), all.last(1003), 0.37F, out);
    if (blended.empty()) blended = out;
    EXPECT_EQ(out, blended);
  });
}

TEST(Mix, StaysWithinTheRangeOfSamples) {
  const std::vector<std::uint8_t> images{255, 0, 255, 255};
  std::vector<std::uint8_t> out(2);
  mix(std::vector<float>{0.75F, 0.5F}, images, ToSample::nearest, out);
  EXPECT_EQ(out, (std::vector<std::uint8_t>{255, 128}));
  mix(std::vector<float>{-1, 0}, images, ToSample::truncated, out);
  EXPECT_EQ(out, (std::vector<std::uint8_t>{0, 0}));
}

TEST(Mix, BlendsLikePillow) {
  const std::vector<std::uint8_t> a{10, 200, 0, 255};
  const std::vector<std::uint8_t> b{20, 100, 255, 0};
  std::vector<std::uint8_t> out(4);
  blend(a, b, 0, out);
  EXPECT_EQ(out, a);
  blend(a, b, 1, out);
  EXPECT_EQ(out, b);
  blend(a, b, 0.25F, out);
  EXPECT_EQ(out, (std::vector<std::uint8_t>{12, 175, 63, 191})) << "truncated";
  out = a;
  blend(out, b, 0.5F, out);
  EXPECT_EQ(out, (std::vector<std::uint8_t>{15, 150, 127, 127})) << "in place";
}

}  // namespace
}  // namespace temper::augment

#include "temper/statistics/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/random.h"

namespace temper::statistics {
namespace {

using Correct = std::vector<bool>;

/// Right with the probability, image by image.
Correct run(std::size_t images, double accuracy, std::uint64_t seed) {
  Random random(seed, Purpose::inspect);
  Correct right(images);
  for (std::size_t image = 0; image < images; ++image) right[image] = random.chance(accuracy);
  return right;
}

TEST(BootstrapOverImages, IsThatOfTheMeanOfTheDifferences) {
  const std::vector<Correct> two{run(4000, 0.9, 1), run(4000, 0.9, 2)}, one{run(4000, 0.85, 3)};
  double sum = 0, squares = 0;
  for (std::size_t image = 0; image < 4000; ++image) {
    const double value = 0.5 * two[0][image] + 0.5 * two[1][image] - one[0][image];
    sum += value;
    squares += value * value;
  }
  const double mean = sum / 4000;
  const double error = std::sqrt((squares / 4000 - mean * mean) / 4000);
  const auto interval = bootstrap_over_images(two, one);
  EXPECT_NEAR(interval.low, mean - 1.96 * error, 0.25 * error);
  EXPECT_NEAR(interval.high, mean + 1.96 * error, 0.25 * error);
  const auto mirrored = bootstrap_over_images(one, two);
  EXPECT_NEAR(mirrored.low, -interval.high, 1e-12);
  const auto wider = bootstrap_over_images(two, one, {.level = 0.99});
  EXPECT_LT(wider.low, interval.low);
  EXPECT_GT(wider.high, interval.high);
}

TEST(BootstrapOverImages, IsTheSameEveryTimeAndAnotherForAnotherSeed) {
  const std::vector<Correct> a{run(500, 0.9, 1), run(500, 0.9, 2), run(500, 0.9, 3)},
      b{run(500, 0.85, 4)};
  const auto once = bootstrap_over_images(a, b, {.resamples = 20});
  const auto again = bootstrap_over_images(a, b, {.resamples = 20});
  const auto other = bootstrap_over_images(a, b, {.seed = 2, .resamples = 20});
  EXPECT_EQ(once.low, again.low);
  EXPECT_EQ(once.high, again.high);
  EXPECT_TRUE(once.low != other.low || once.high != other.high);
}

TEST(BootstrapOverImages, EqualRunsDoNotDiffer) {
  const std::vector<Correct> a{run(100, 0.9, 1)};
  EXPECT_EQ(bootstrap_over_images(a, a).low, 0);
  EXPECT_EQ(bootstrap_over_images(a, a).high, 0);
}

TEST(BootstrapOverImages, RefusesRunsOfOtherImages) {
  const std::vector<Correct> none, empty{Correct()}, two{Correct(2)}, three{Correct(3)},
      mixed{Correct(2), Correct(3)};
  EXPECT_THROW(bootstrap_over_images(none, two), Error);
  EXPECT_THROW(bootstrap_over_images(two, none), Error);
  EXPECT_THROW(bootstrap_over_images(empty, empty), Error);
  EXPECT_THROW(bootstrap_over_images(two, three), Error);
  EXPECT_THROW(bootstrap_over_images(mixed, two), Error);
  EXPECT_THROW(bootstrap_over_images(two, two, {.resamples = 0}), Error);
  EXPECT_THROW(bootstrap_over_images(two, two, {.level = 1}), Error);
}

}  // namespace
}  // namespace temper::statistics

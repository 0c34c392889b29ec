// Partners of C-Mixup: how likely they are, and that they are drawn so.
#include "temper/data/prepare/similar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/data/sources/array_source.h"
#include "temper/data/sources/values.h"
#include "tests/support/golden.h"
#include "tests/support/refusal.h"

namespace temper::data {
namespace {

using ::testing::HasSubstr;

/// Images of one pixel with these values, those of an image one after the other.
RegressionSource images_with(const std::vector<double>& values, std::size_t each = 1) {
  ArraySource::Contents contents{.name = "test", .height = 1, .width = 1, .channels = 1};
  contents.labels.resize(values.size() / each, -1);
  contents.pixels.resize(values.size() / each);
  std::vector<std::string> names;
  for (std::size_t k = 0; k < each; ++k) names.push_back("value " + std::to_string(k));
  return {std::make_shared<ArraySource>(std::move(contents)), names, values};
}

Random random_of(std::uint64_t draw) {
  return {1, Purpose::mix, {draw}};
}

TEST(SimilarImages, HaveTheProbabilitiesOfTheAuthorsCode) {
  const auto numbers = temper::testing::golden("mix/papers.json");
  ASSERT_FALSE(numbers["partners"].empty());
  for (const auto& example : numbers["partners"]) {
    const auto each = example["targets"]["shape"][1].get<std::size_t>();
    const SimilarImages images(
        images_with(example["targets"]["values"].get<std::vector<double>>(), each),
        example["bandwidth"].get<double>());
    const auto expected = example["probabilities"]["values"].get<std::vector<double>>();
    for (std::int64_t image = 0; image < images.size(); ++image) {
      const auto found = images.probabilities(image);
      for (std::size_t other = 0; other < found.size(); ++other)
        EXPECT_NEAR(found[other],
                    expected.at(static_cast<std::size_t>(image) * found.size() + other), 1e-9)
            << each << ' ' << image << ' ' << other;
    }
  }
}

/// The share of each image among many draws for one.
std::vector<double> shares_of(const SimilarImages& images, std::int64_t image) {
  constexpr int draws = 20000;
  std::vector<double> shares(static_cast<std::size_t>(images.size()), 0);
  for (int i = 0; i < draws; ++i)
    shares[static_cast<std::size_t>(
        images.draw(image, random_of(static_cast<std::uint64_t>(i))))] += 1.0 / draws;
  return shares;
}

TEST(SimilarImages, AreDrawnWithTheirProbabilities) {
  std::vector<double> values;
  for (int i = 0; i < 12; ++i) values.push_back(std::sin(i * 1.7) * 2);
  // The narrow ones are mostly found by going through all images, the wide ones by rejection.
  for (const double bandwidth : {0.05, 0.5, 5.0})
    for (const std::size_t each : {1U, 2U, 3U}) {
      const SimilarImages images(images_with(values, each), bandwidth);
      const auto expected = images.probabilities(1);
      EXPECT_NEAR(std::accumulate(expected.begin(), expected.end(), 0.0), 1, 1e-12);
      EXPECT_EQ(std::ranges::max(expected), expected[1]) << "none is more similar than itself";
      const auto found = shares_of(images, 1);
      for (std::size_t other = 0; other < found.size(); ++other)
        EXPECT_NEAR(found[other], expected[other], 0.015) << bandwidth << ' ' << each;
    }
}

TEST(SimilarImages, OfAnImageThatIsFarFromAllOthersAreItself) {
  const SimilarImages images(images_with({0, 0.1, 1000, 0.2}), 0.5);
  for (std::uint64_t i = 0; i < 50; ++i) {
    EXPECT_EQ(images.draw(2, random_of(i)), 2);
    EXPECT_NE(images.draw(0, random_of(i)), 2);
  }
}

TEST(SimilarImages, AreAFunctionOfSeedEpochAndRow) {
  std::vector<double> values(40);
  std::iota(values.begin(), values.end(), 0.0);
  const auto images = std::make_shared<const SimilarImages>(images_with(values), 3);
  const auto order = similar_to(permuted(40, 7), images, 7);
  EXPECT_EQ(order(2), order(2));
  EXPECT_NE(order(2), order(3));
  EXPECT_NE(order(2), similar_to(permuted(40, 7), images, 8)(2));
  // The same rows in another order have other draws, but each partner is near its image.
  const auto rows = permuted(40, 7)(2);
  const auto partners = order(2);
  int themselves = 0;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    EXPECT_LE(std::abs(rows[row] - partners[row]), 27);
    themselves += rows[row] == partners[row] ? 1 : 0;
  }
  EXPECT_LT(themselves, 20);
}

std::string refusal(const std::vector<double>& values, double bandwidth) {
  return temper::testing::refusal(
      [&] { const SimilarImages images(images_with(values), bandwidth); });
}

TEST(SimilarImages, AreRefusedWithoutValuesOrBandwidth) {
  EXPECT_EQ(refusal({1, 2}, 1), "(not refused)");
  EXPECT_THAT(refusal({1, 2}, 0), HasSubstr("a bandwidth of 0; expected"));
  EXPECT_THAT(refusal({1, std::numeric_limits<double>::quiet_NaN()}, 1),
              HasSubstr("it has 0 values; expected 1"));
  ArraySource::Contents contents{
      .name = "test", .classes = {"one"}, .height = 1, .width = 1, .channels = 1};
  contents.labels = {0};
  contents.pixels = {0};
  EXPECT_THROW(SimilarImages(ArraySource(std::move(contents)), 1), Error);
}

}  // namespace
}  // namespace temper::data

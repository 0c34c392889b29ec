// What AugMix and 3-Augment draw, and what they refuse.
#include "temper/augment/policies/augmix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "temper/augment/pipeline/pipeline.h"
#include "temper/augment/policies/three_augment.h"
#include "tests/augment/distribution.h"
#include "tests/augment/policies/use.h"
#include "tests/support/refusal.h"

namespace temper::augment {
namespace {

using ::testing::HasSubstr;

/// The lengths of the chains.
std::vector<int> depths(const Use& found) {
  std::vector<int> lengths;
  for (const auto& applied : found.applied)
    if (applied.name == "chain")
      lengths.push_back(0);
    else if (applied.name != "augmix")
      ++lengths.back();
  return lengths;
}

TEST(AugMix, MixesSomeChainsOfOneToThreeOperations) {
  const auto image = pattern(4, 5, 3);
  std::map<int, int> counts;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const auto found = use(AugMix{.width = 4}, image, i);
    const auto lengths = depths(found);
    ASSERT_EQ(lengths.size(), 4U);
    for (const int length : lengths) ++counts[length];
    double sum = 0;
    for (const auto& applied : found.applied)
      if (applied.name == "chain") sum += applied.value;
    EXPECT_NEAR(sum, 1, 1e-6);
  }
  ASSERT_EQ(counts.size(), 3U);
  for (const int length : {1, 2, 3})
    EXPECT_NEAR(counts.at(length), 8000 / 3.0, 5 * std::sqrt(8000 * 2.0 / 9)) << length;
  EXPECT_EQ(depths(use(AugMix{.width = 2, .depth = 5}, image, 0)), (std::vector{5, 5}));
}

TEST(AugMix, HasNineOperationsAndThirteenWithAllOps) {
  const auto names = [](bool all_ops, AugMixDialect dialect) {
    std::set<std::string> found;
    for (std::uint64_t i = 0; i < 300; ++i)
      for (const auto& applied :
           use(AugMix{.dialect = dialect, .all_ops = all_ops}, pattern(3, 3, 3), i).applied)
        found.insert(applied.name);
    found.erase("chain");
    found.erase("augmix");
    return found;
  };
  for (const auto dialect :
       {AugMixDialect::google, AugMixDialect::torchvision, AugMixDialect::timm}) {
    EXPECT_EQ(names(false, dialect).size(), 9U);
    EXPECT_EQ(names(true, dialect).size(), 13U);
    EXPECT_FALSE(names(false, dialect).contains("brightness"));
  }
}

/// The degrees of all rotations.
std::vector<double> rotations(const AugMix& policy) {
  std::vector<double> found;
  for (std::uint64_t i = 0; i < 3000; ++i)
    for (const auto& applied : use(policy, pattern(2, 2, 1), i).applied)
      if (applied.name == "rotate") found.push_back(applied.value);
  return found;
}

TEST(AugMix, TheSameSeverityIsWeakerInTorchvisionsBins) {
  const auto most = [](const std::vector<double>& values) {
    double largest = 0;
    for (const double value : values) largest = std::max(largest, std::abs(value));
    return largest;
  };
  // int(3 * level) of a level in [0.1, 3).
  const auto google = rotations({.severity = 3});
  EXPECT_EQ(most(google), 8);
  // The bins 0, 1 and 2 of 30 degrees / 9.
  const auto torchvision = rotations({.dialect = AugMixDialect::torchvision, .severity = 3.9});
  EXPECT_NEAR(most(torchvision), 2 * 30.0 / 9, 1e-5);
  std::set<double> magnitudes;
  for (const double value : torchvision) magnitudes.insert(std::abs(value));
  EXPECT_EQ(magnitudes.size(), 3U);
  EXPECT_EQ(most(rotations({.dialect = AugMixDialect::torchvision, .severity = 1})), 0)
      << "only the first bin";
  // 3 degrees a magnitude.
  const auto timm = rotations({.dialect = AugMixDialect::timm, .severity = 3});
  EXPECT_LT(most(timm), 9);
  EXPECT_GT(most(timm), 8);
  const auto fixed = rotations({.dialect = AugMixDialect::timm, .severity = 3, .magnitude_std = 0});
  for (const double value : fixed) EXPECT_NEAR(std::abs(value), 9, 1e-12);
  for (const auto* values : {&google, &timm, &fixed}) {
    const auto n = static_cast<double>(values->size());
    EXPECT_GT(n, 1000);
    const auto negative =
        static_cast<double>(std::ranges::count_if(*values, [](double v) { return v < 0; }));
    const auto zero = static_cast<double>(std::ranges::count(*values, 0.0));
    EXPECT_NEAR(negative, (n - zero) / 2, 2.5 * std::sqrt(n));
  }
}

TEST(AugMix, DrawsMagnitudesAsItsDialectSays) {
  const auto sizes = [](const AugMix& policy) {
    auto values = rotations(policy);
    for (double& value : values) value = std::abs(value);
    return values;
  };
  const auto counts = [&](const AugMix& policy) {
    std::map<std::int64_t, int> found;  // by thirds of a degree
    for (const double value : sizes(policy)) ++found[std::llround(3 * value)];
    return found;
  };
  // Whole degrees below 3 * U(0.1, 3).
  std::map<std::int64_t, double> shares{{0, 0.7 / 8.7}};
  for (std::int64_t degrees = 1; degrees < 9; ++degrees) shares[3 * degrees] = 1 / 8.7;
  expect_shares(counts({.severity = 3}), shares);
  // Ten magnitudes of 30 degrees / 9, of which the first five are drawn.
  expect_equal_shares(counts({.dialect = AugMixDialect::torchvision, .severity = 5}), 5);
  // 3 degrees a magnitude.
  expect_uniform_numbers(sizes({.dialect = AugMixDialect::timm, .severity = 3}), 0, 9);
  const auto normal = sizes({.dialect = AugMixDialect::timm, .severity = 5, .magnitude_std = 0.5});
  const auto n = static_cast<double>(normal.size());
  double sum = 0, squares = 0;
  for (const double value : normal) {
    sum += value - 15;
    squares += (value - 15) * (value - 15);
  }
  EXPECT_NEAR(sum / n, 0, 5 * 1.5 / std::sqrt(n));
  EXPECT_NEAR(std::sqrt(squares / n), 1.5, 5 * 1.5 / std::sqrt(2 * n));
}

TEST(AugMix, IsBetweenTheImageAndItsChains) {
  const auto image = pattern(6, 7, 3);
  for (const auto dialect :
       {AugMixDialect::google, AugMixDialect::torchvision, AugMixDialect::timm})
    for (const bool blended : {false, true}) {
      if (blended && dialect != AugMixDialect::timm) continue;
      const AugMix policy{.dialect = dialect, .blended = blended};
      // One chain that is the image: nothing changes but by truncation.
      std::vector<std::uint8_t> images = image.pixels;
      images.insert(images.end(), image.pixels.begin(), image.pixels.end());
      std::vector<std::uint8_t> out(image.size());
      mix_chains(policy, std::vector<float>{1}, 0.3F, images, out);
      for (std::size_t i = 0; i < out.size(); ++i) ASSERT_NEAR(out[i], image.pixels[i], 1);
      // The share of the chains is 0 or 1.
      std::ranges::fill(std::span(images).subspan(out.size()), std::uint8_t{9});
      mix_chains(policy, std::vector<float>{1}, 0, images, out);
      EXPECT_EQ(out, image.pixels);
      mix_chains(policy, std::vector<float>{1}, 1, images, out);
      EXPECT_EQ(out, std::vector<std::uint8_t>(out.size(), 9));
    }
}

TEST(AugMix, KeepsTheSizeOfImagesOfEverySize) {
  for (const auto& [height, width, channels] :
       std::vector<std::array<int, 3>>{{1, 1, 1}, {1, 7, 3}, {7, 1, 1}, {5, 6, 3}})
    for (const auto dialect :
         {AugMixDialect::google, AugMixDialect::torchvision, AugMixDialect::timm})
      for (std::uint64_t i = 0; i < 50; ++i) {
        const auto image = pattern(height, width, channels);
        const auto result = use(AugMix{.dialect = dialect, .all_ops = true}, image, i).result;
        EXPECT_EQ(result.height, height);
        EXPECT_EQ(result.width, width);
        EXPECT_EQ(result.channels, channels);
      }
}

template <class Policy>
std::string refusal(const Policy& policy) {
  return temper::testing::refusal([&] { const Pipeline pipeline({policy}, {{0}, {1}}, {4, 4}); });
}

TEST(AugMix, RefusesOptionsOfOtherDialects) {
  EXPECT_EQ(refusal(AugMix{}), "(not refused)");
  EXPECT_EQ(refusal(AugMix{.dialect = AugMixDialect::timm, .blended = true, .magnitude_std = 0.5}),
            "(not refused)");
  EXPECT_EQ(refusal(AugMix{.blended = true}),
            "augmix with dialect = \"google\" has blended = true, which only timm has; expected "
            "dialect = \"timm\", or blended = false");
  EXPECT_THAT(refusal(AugMix{.dialect = AugMixDialect::torchvision, .magnitude_std = 0}),
              HasSubstr("has magnitude_std = 0, which only timm has"));
  EXPECT_EQ(refusal(AugMix{.severity = 0.5}), "(not refused)");
  EXPECT_EQ(refusal(AugMix{.dialect = AugMixDialect::torchvision, .severity = 1}), "(not refused)");
  EXPECT_EQ(refusal(AugMix{.dialect = AugMixDialect::torchvision, .severity = 0.5}),
            "augmix with dialect = \"torchvision\" has severity = 0.5, with which it has no "
            "magnitude; expected 1 to 10");
  EXPECT_THAT(refusal(AugMix{.width = 17}), HasSubstr("width = 17 chains; expected 1 to 16"));
  EXPECT_THAT(refusal(AugMix{.fill = {1, 2, 3, 4}}), HasSubstr("a fill of 4 values"));
}

TEST(ThreeAugment, AppliesOneOfThreeOperationsAndThenJitter) {
  const auto image = pattern(4, 4, 3);
  std::map<std::string, int> firsts;
  std::map<std::string, int> seconds;
  std::vector<double> radii;
  constexpr int n = 6000;
  for (std::uint64_t i = 0; i < n; ++i) {
    const auto applied = use(ThreeAugment{}, image, i).applied;
    ASSERT_EQ(applied.size(), 4U);
    ++firsts[applied[0].name];
    ++seconds[applied[1].name];
    std::set<std::string> jitter;
    for (std::size_t k = 1; k < 4; ++k) {
      jitter.insert(applied[k].name);
      EXPECT_GE(applied[k].value, 0.7);
      EXPECT_LT(applied[k].value, 1.3);
    }
    EXPECT_EQ(jitter, (std::set<std::string>{"brightness", "contrast", "saturation"}));
    if (applied[0].name == "solarize") {
      EXPECT_EQ(applied[0].value, 128);
    }
    if (applied[0].name == "gaussian_blur") radii.push_back(applied[0].value);
  }
  expect_uniform_numbers(radii, 0.1, 2);
  const double deviation = std::sqrt(n * 2.0 / 9);
  for (const auto* name : {"grayscale", "solarize", "gaussian_blur"})
    EXPECT_NEAR(firsts[name], n / 3.0, 5 * deviation) << name;
  for (const auto* name : {"brightness", "contrast", "saturation"})
    EXPECT_NEAR(seconds[name], n / 3.0, 5 * deviation) << name;
}

TEST(ThreeAugment, SolarizesFromTheWholeNumberAboveItsThreshold) {
  const auto image = pattern(4, 4, 3);
  int solarized = 0;
  for (std::uint64_t i = 0; i < 100; ++i)
    for (const auto& applied : use(ThreeAugment{.threshold = 99.5}, image, i).applied)
      if (applied.name == "solarize") {
        EXPECT_EQ(applied.value, 100);
        ++solarized;
      }
  EXPECT_GT(solarized, 10);
}

TEST(ThreeAugment, MayLeaveTheColorsAndRefusesAnEmptyRange) {
  EXPECT_EQ(use(ThreeAugment{.color_jitter = 0}, pattern(4, 4, 3), 1).applied.size(), 1U);
  EXPECT_EQ(refusal(ThreeAugment{}), "(not refused)");
  EXPECT_EQ(refusal(ThreeAugment{.radius_low = 3}),
            "three_augment: radius_low = 3 is larger than radius_high = 2");
}

}  // namespace
}  // namespace temper::augment

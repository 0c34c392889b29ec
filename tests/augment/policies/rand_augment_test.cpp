#include "temper/augment/policies/rand_augment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "temper/augment/policies/trivial_augment.h"
#include "temper/core/draw.h"
#include "temper/core/error.h"
#include "tests/support/refusal.h"

namespace temper::augment {
namespace {

using ::testing::HasSubstr;

constexpr int kImages = 6000;

/// What a policy does to each of many images.
template <class Policy>
std::vector<std::vector<Applied>> uses_of(const Policy& options, int images = kImages,
                                          Size size = {16, 12}) {
  io::Image image{static_cast<int>(size.height), static_cast<int>(size.width), 3, {}};
  image.pixels.resize(image.size());
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    image.pixels[i] = static_cast<std::uint8_t>(i * 37 % 251);
  Frame frame;
  std::vector<std::vector<Applied>> uses(static_cast<std::size_t>(images));
  for (std::size_t i = 0; i < uses.size(); ++i) {
    frame.begin(image);
    frame.record(&uses[i]);
    Random random(1, Purpose::augment, {i});
    apply(options, frame, random);
  }
  return uses;
}

template <class Policy>
std::map<std::string, int> counts_of(const Policy& options) {
  std::map<std::string, int> counts;
  for (const auto& use : uses_of(options))
    for (const auto& applied : use) ++counts[applied.name];
  return counts;
}

/// The values of one operation.
template <class Policy>
std::vector<double> values_of(const Policy& options, std::string_view name) {
  std::vector<double> values;
  for (const auto& use : uses_of(options))
    for (const auto& applied : use)
      if (applied.name == name) values.push_back(applied.value);
  EXPECT_GE(values.size(), 200U);
  return values;
}

/// Expects a share of n within five standard errors.
void expect_share(double found, double n, double p, const std::string& what) {
  EXPECT_NEAR(found, n * p, 5 * std::sqrt(n * p * (1 - p))) << what;
}

std::string refusal(const RandAugment& options) {
  return temper::testing::refusal([&] { options.check(); });
}

TEST(RandAugment, DrawsEveryOperationOfItsDialectEquallyOften) {
  for (const auto dialect : {RandAugmentDialect::timm, RandAugmentDialect::torchvision,
                             RandAugmentDialect::tensorflow}) {
    const RandAugment options{.dialect = dialect, .p = 1};
    const auto counts = counts_of(options);
    const auto all = candidates(options);
    for (const auto& candidate : all)
      if (candidate.primitive != Primitive::identity)
        expect_share(counts.at(std::string(name_of(candidate.primitive))), 2.0 * kImages,
                     1.0 / static_cast<double>(all.size()),
                     std::string(name_of(candidate.primitive)));
  }
}

TEST(RandAugment, AppliesDrawnOperationsWithTheDialectsProbability) {
  const auto total = [](const RandAugment& options) {
    double sum = 0;
    for (const auto& use : uses_of(options)) sum += static_cast<double>(use.size());
    return sum;
  };
  expect_share(total({.num_ops = 3}), 3.0 * kImages, 0.5, "timm");
  expect_share(total({.num_ops = 3, .p = 0.2}), 3.0 * kImages, 0.2, "timm with p");
  EXPECT_EQ(total({.p = 0}), 0);
  EXPECT_EQ(total({.num_ops = 3, .dialect = RandAugmentDialect::tensorflow}), 3.0 * kImages);
  expect_share(total({.num_ops = 3, .dialect = RandAugmentDialect::torchvision}), 3.0 * kImages,
               13.0 / 14, "torchvision, without its identity");
  expect_share(total({.dialect = RandAugmentDialect::tensorflow, .p = 0.3}), 2.0 * kImages, 0.3,
               "tensorflow with p");
}

TEST(RandAugment, DrawsByWeightsWithoutApplyingAnOperationTwice) {
  for (const auto transforms :
       {RandAugmentTransforms::weights, RandAugmentTransforms::three_more}) {
    const RandAugment first{.num_ops = 1, .transforms = transforms, .p = 1};
    const auto counts = counts_of(first);
    double sum = 0;
    for (const auto& candidate : candidates(first)) sum += candidate.weight;
    for (const auto& candidate : candidates(first)) {
      const std::string name(name_of(candidate.primitive));
      const auto found = counts.find(name);
      expect_share(found == counts.end() ? 0 : found->second, kImages, candidate.weight / sum,
                   name);
    }
    const auto most = static_cast<std::int64_t>(candidates(first).size());
    const RandAugment every{.num_ops = most, .transforms = transforms, .p = 1};
    for (const auto& use : uses_of(every, 50)) {
      std::map<std::string, int> times;
      for (const auto& applied : use) ++times[applied.name];
      EXPECT_EQ(times.size(), static_cast<std::size_t>(most));
    }
  }
}

TEST(RandAugment, NegatesHalfOfTheSignedValuesAndZeroesNone) {
  const auto share_of_negative = [](const RandAugment& options, std::string_view name,
                                    double size) {
    const auto values = values_of(options, name);
    int negative = 0;
    for (const double value : values) {
      EXPECT_DOUBLE_EQ(std::abs(value), size) << name;
      negative += value < 0;
    }
    expect_share(negative, static_cast<double>(values.size()), 0.5, std::string(name));
  };
  const RandAugment timm{.p = 1};
  share_of_negative(timm, "rotate", 27);
  share_of_negative(timm, "translate_y", 0.405 * 16);
  const RandAugment tensorflow{.dialect = RandAugmentDialect::tensorflow};
  share_of_negative(tensorflow, "rotate", 27);
  share_of_negative(tensorflow, "translate_x", 90);
  const RandAugment torchvision{.dialect = RandAugmentDialect::torchvision};
  share_of_negative(torchvision, "rotate", 9);

  const auto factors =
      values_of(RandAugment{.transforms = RandAugmentTransforms::increasing, .p = 1}, "brightness");
  int darker = 0;
  for (const double factor : factors) {
    EXPECT_NEAR(std::abs(factor - 1), 0.81, 1e-12);
    darker += factor < 1;
  }
  expect_share(darker, static_cast<double>(factors.size()), 0.5, "brightness");
  for (const double factor : values_of(timm, "brightness")) EXPECT_NEAR(factor, 1.72, 1e-12);
}

TEST(RandAugment, DrawsMagnitudesFromANormalDistributionWithinTheLimits) {
  const auto magnitudes = [](const RandAugment& options) {
    auto values = values_of(options, "contrast");
    for (double& value : values) value = (value - 0.1) / 1.8 * 10;
    return values;
  };
  const auto normal = magnitudes({.num_ops = 4, .magnitude = 5, .magnitude_std = 0.5, .p = 1});
  const auto n = static_cast<double>(normal.size());
  double sum = 0, squares = 0;
  for (const double value : normal) {
    sum += value;
    squares += (value - 5) * (value - 5);
  }
  EXPECT_NEAR(sum / n, 5, 5 * 0.5 / std::sqrt(n));
  EXPECT_NEAR(std::sqrt(squares / n), 0.5, 5 * 0.5 / std::sqrt(2 * n));

  double most = 0, least = 10;
  for (const double value : magnitudes({.num_ops = 4, .magnitude_std = 8, .p = 1})) {
    most = std::max(most, value);
    least = std::min(least, value);
  }
  EXPECT_NEAR(most, 10, 1e-9);
  EXPECT_NEAR(least, 0, 1e-9);
  for (const double value :
       magnitudes({.num_ops = 4, .magnitude = 15, .magnitude_std = 8, .magnitude_max = 20, .p = 1}))
    most = std::max(most, value);
  EXPECT_NEAR(most, 20, 1e-9);

  const auto uniform = magnitudes({.num_ops = 4, .magnitude = 8, .magnitude_std = 101, .p = 1});
  double below = 0;
  for (const double value : uniform) {
    EXPECT_LE(value, 8);
    below += value < 2;
  }
  expect_share(below, static_cast<double>(uniform.size()), 0.25, "uniform");
}

/// Which interpolations it draws for rotations: 0 bilinear, 1 bicubic.
TEST(RandAugment, DrawsTheInterpolationOfEveryGeometricOperation) {
  const io::Image image{8, 8, 1, std::vector<std::uint8_t>(64)};
  const auto draws = [&](const RandAugment& options) {
    std::map<double, int> found;  // draws among two, by value
    Frame frame;
    for (std::uint64_t i = 0; i < kImages; ++i) {
      frame.begin(image);
      std::vector<Draw> drawn;
      Random random(1, Purpose::augment, {i});
      random.record(drawn);
      apply(options, frame, random);
      for (const auto& draw : drawn)
        if (draw.kind == DrawKind::below && draw.high == 2) ++found[draw.value];
    }
    return found;
  };
  const auto found = draws({.num_ops = 1, .p = 1});
  ASSERT_EQ(found.size(), 2U);
  expect_share(found.at(0), found.at(0) + found.at(1), 0.5, "bilinear");
  expect_share(found.at(0) + found.at(1), kImages, 5.0 / 15, "geometric operations");
  EXPECT_TRUE(draws({.interpolation = PolicyInterpolation::bicubic}).empty());
  EXPECT_TRUE(draws({.dialect = RandAugmentDialect::torchvision}).empty());
}

TEST(RandAugment, CutsOutSquaresAroundAllPixels) {
  // At magnitude 1 the square has 8 pixels a side, of which those outside are cut off.
  const io::Image image{32, 32, 1, std::vector<std::uint8_t>(1024, 9)};
  const RandAugment options{
      .num_ops = 1, .magnitude = 1, .dialect = RandAugmentDialect::tensorflow, .fill = {200}};
  std::vector<int> erased(1024);
  std::vector<Applied> notes;
  Frame frame;
  frame.record(&notes);
  int squares = 0;
  for (std::uint64_t i = 0; i < 20000; ++i) {
    frame.begin(image);
    notes.clear();
    Random random(1, Purpose::augment, {i});
    apply(options, frame, random);
    if (notes.at(0).name != "cutout") continue;
    EXPECT_EQ(notes.at(0).value, 8);
    ++squares;
    const auto& pixels = frame.pixels().pixels;
    for (std::size_t k = 0; k < pixels.size(); ++k) erased[k] += pixels[k] == 200;
  }
  expect_share(squares, 20000, 1.0 / 16, "cutout");
  // A pixel in the middle, (16, 16), is covered from 8 x 8 centers, that of the upper left corner
  // from 5 x 5.
  expect_share(erased[528], squares, 64.0 / 1024, "middle");
  expect_share(erased[0], squares, 25.0 / 1024, "corner");
}

TEST(RandAugment, RefusesMagnitudesThatItsDialectDoesNotHave) {
  EXPECT_EQ(refusal({}), "(not refused)");
  EXPECT_THAT(
      refusal({.magnitude = 15}),
      HasSubstr("rand_augment has magnitude = 15, which timm would lower to 10; write that, "
                "or raise the limit with magnitude_max (timm's mmax)"));
  EXPECT_EQ(refusal({.magnitude = 15, .magnitude_max = 15}), "(not refused)");
  EXPECT_EQ(refusal({.magnitude = 15, .dialect = RandAugmentDialect::tensorflow}), "(not refused)");
  EXPECT_THAT(refusal({.magnitude = 31, .dialect = RandAugmentDialect::torchvision}),
              HasSubstr("has the magnitudes 0 to 30"));
  EXPECT_EQ(
      refusal(
          {.magnitude = 40, .dialect = RandAugmentDialect::torchvision, .num_magnitude_bins = 51}),
      "(not refused)");
}

TEST(RandAugment, RefusesOptionsOfAnotherDialect) {
  const auto torchvision = RandAugmentDialect::torchvision;
  EXPECT_THAT(refusal({.dialect = torchvision, .magnitude_std = 0.5}),
              HasSubstr("rand_augment has magnitude_std, an option of dialect = \"timm\" only"));
  EXPECT_THAT(refusal({.dialect = torchvision, .magnitude_max = 20}), HasSubstr("magnitude_max"));
  EXPECT_THAT(refusal({.dialect = torchvision, .transforms = RandAugmentTransforms::increasing}),
              HasSubstr("transforms"));
  EXPECT_THAT(refusal({.num_magnitude_bins = 11}), HasSubstr("\"torchvision\" only"));
  EXPECT_THAT(refusal({.p = -0.5}), HasSubstr("p = -0.5; expected a probability in [0, 1], or -1"));
  EXPECT_THAT(refusal({.fill = {1, 2}}), HasSubstr("fill"));
  EXPECT_THAT(refusal({.num_ops = 16, .transforms = RandAugmentTransforms::weights}),
              HasSubstr("has 15 operations and applies none of them twice"));
}

TEST(TrivialAugmentWide, DrawsOneOperationAndEveryMagnitudeEquallyOften) {
  const TrivialAugmentWide options;
  std::map<std::string, int> counts;
  std::map<double, int> degrees;
  int none = 0;
  for (const auto& use : uses_of(options, 20000)) {
    ASSERT_LE(use.size(), 1U);
    none += use.empty();
    for (const auto& applied : use) {
      ++counts[applied.name];
      if (applied.name == "rotate") ++degrees[std::abs(applied.value)];
    }
  }
  const auto all = primitives(options);
  expect_share(none, 20000, 1.0 / 14, "identity");
  for (const auto primitive : all)
    if (primitive != Primitive::identity)
      expect_share(counts.at(std::string(name_of(primitive))), 20000, 1.0 / 14,
                   std::string(name_of(primitive)));
  ASSERT_EQ(degrees.size(), 31U);
  EXPECT_EQ(degrees.rbegin()->first, 135);
  for (const auto& [value, count] : degrees)
    expect_share(count, counts.at("rotate"), 1.0 / 31, std::to_string(value));
}

TEST(TrivialAugmentWide, RefusesAFillOfTwoValues) {
  EXPECT_NO_THROW(TrivialAugmentWide{}.check());
  EXPECT_THROW((TrivialAugmentWide{.fill = {1, 2}}.check()), Error);
}

}  // namespace
}  // namespace temper::augment

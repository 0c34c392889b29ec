// What the operations on colors draw, apply and refuse; their pixels:
// tests/augment/pixels/color_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "temper/augment/operations/range.h"
#include "temper/augment/pipeline/pipeline.h"
#include "temper/augment/pixels/color.h"
#include "tests/augment/distribution.h"
#include "tests/augment/noise.h"
#include "tests/support/refusal.h"

namespace temper::augment {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// What an operation makes of an image, and what it notes.
struct Outcome {
  io::Image image;
  std::vector<Applied> applied;
};

Outcome outcome(const Operation& operation, const io::Image& image, std::uint64_t sample = 0) {
  Frame frame;
  frame.begin(image);
  std::vector<Applied> applied;
  frame.record(&applied);
  Random random(1, Purpose::augment, {sample});
  std::visit(
      [&](const auto& options) {
        if constexpr (requires { apply(options, frame, random); }) apply(options, frame, random);
      },
      operation);
  frame.record(nullptr);
  return {frame.pixels(), applied};
}

/// All operations on colors, by probability.
std::vector<Operation> operations(double p) {
  return {AutoContrast{.p = p}, Brightness{.p = p}, ColorJitter{.hue = 0.1, .p = p},
          Contrast{.p = p},     Equalize{.p = p},   Gamma{.p = p},
          Grayscale{.p = p},    Hue{.p = p},        Invert{.p = p},
          Posterize{.p = p},    Saturation{.p = p}, Sharpness{.p = p},
          Solarize{.p = p},     SolarizeAdd{.p = p}};
}

std::string name(const Operation& operation) {
  return std::visit([](const auto& options) { return std::string(options.kind); }, operation);
}

TEST(ColorOperations, DoNothingWithProbability0) {
  const auto image = noise(12, 17, 3);
  for (const auto& operation : operations(0))
    for (std::uint64_t sample = 0; sample < 50; ++sample) {
      const auto [result, applied] = outcome(operation, image, sample);
      ASSERT_EQ(result, image) << name(operation);
      ASSERT_THAT(applied, IsEmpty()) << name(operation);
    }
}

TEST(ColorOperations, AreAppliedAndNotedAsOftenAsTheirProbabilitySays) {
  constexpr int n = 2000;
  const auto image = noise(3, 5, 3);
  for (const auto& operation : operations(0.3)) {
    int applied = 0;
    for (std::uint64_t sample = 0; sample < n; ++sample)
      applied += !outcome(operation, image, sample).applied.empty();
    EXPECT_NEAR(applied, 0.3 * n, 5 * std::sqrt(0.21 * n)) << name(operation);
  }
}

TEST(ColorOperations, NoteTheirKindAndWhatTheyDrew) {
  const auto image = noise(12, 17, 3);
  for (const auto& operation : operations(1)) {
    if (std::holds_alternative<ColorJitter>(operation)) continue;
    const auto applied = outcome(operation, image).applied;
    ASSERT_EQ(applied.size(), 1U) << name(operation);
    EXPECT_EQ(applied[0].name, name(operation));
  }
  EXPECT_EQ(outcome(Posterize{.bits_low = 3, .bits_high = 3, .p = 1}, image).applied.at(0),
            (Applied{"posterize", 3, "bits"}));
  EXPECT_EQ(
      outcome(Solarize{.threshold_low = 99.5, .threshold_high = 99.5, .p = 1}, image).applied.at(0),
      (Applied{"solarize", 100, "threshold"}));
  EXPECT_EQ(outcome(Invert{.p = 1}, image).applied.at(0), (Applied{"invert", 0, ""}));
}

/// The values that an operation notes for many images.
std::vector<double> values(const Operation& operation, int n = 3000) {
  const io::Image image{1, 1, 3, {10, 20, 30}};
  std::vector<double> result;
  for (int sample = 0; sample < n; ++sample)
    for (const auto& applied :
         outcome(operation, image, static_cast<std::uint64_t>(sample)).applied)
      result.push_back(applied.value);
  return result;
}

void expect_uniform(const Operation& operation, double low, double high) {
  SCOPED_TRACE(name(operation));
  const auto drawn = values(operation);
  ASSERT_EQ(drawn.size(), 3000U);
  expect_uniform_numbers(drawn, low, high);
}

TEST(ColorOperations, DrawTheirStrengthUniformly) {
  expect_uniform(Brightness{.factor_low = 0.2, .factor_high = 3}, 0.2, 3);
  expect_uniform(Contrast{.factor_low = 0.2, .factor_high = 3}, 0.2, 3);
  expect_uniform(Saturation{.factor_low = 0.2, .factor_high = 3}, 0.2, 3);
  expect_uniform(Sharpness{.factor_low = 0.2, .factor_high = 3, .p = 1}, 0.2, 3);
  expect_uniform(Hue{.shift_low = -0.5, .shift_high = 0.2}, -0.5, 0.2);
  expect_uniform(Gamma{.gamma_low = 0.5, .gamma_high = 2}, 0.5, 2);
}

std::map<double, int> counts(const Operation& operation, int n) {
  std::map<double, int> found;
  for (const double value : values(operation, n)) ++found[value];
  return found;
}

void expect_equally_often(const std::map<double, int>& found, int low, int high, int n) {
  const double share = 1.0 / (high - low + 1);
  ASSERT_EQ(found.size(), static_cast<std::size_t>(high - low + 1));
  for (const auto& [value, count] : found) {
    EXPECT_GE(value, low);
    EXPECT_LE(value, high);
    EXPECT_NEAR(count, share * n, 5 * std::sqrt(share * (1 - share) * n)) << value;
  }
}

TEST(ColorOperations, DrawWholeNumbersEquallyOften) {
  expect_equally_often(counts(Posterize{.bits_low = 2, .bits_high = 8, .p = 1}, 4000), 2, 8, 4000);
  expect_equally_often(counts(SolarizeAdd{.addend_low = -3, .addend_high = 3, .p = 1}, 4000), -3, 3,
                       4000);
  expect_equally_often(counts(Solarize{.threshold_low = 0, .threshold_high = 8, .p = 1}, 4000), 1,
                       8, 4000);
}

TEST(ColorOperations, AScheduleBetweenTwoNumbersOfBitsMixesThem) {
  const auto found = counts(Posterize{.bits_low = 4.3, .bits_high = 4.3, .p = 1}, 4000);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_NEAR(found.at(4), 0.7 * 4000, 5 * std::sqrt(0.21 * 4000));
  EXPECT_NEAR(found.at(5), 0.3 * 4000, 5 * std::sqrt(0.21 * 4000));
}

TEST(Range, WholeNumbersNeverLieBeyondTheBounds) {
  Random random(1, Purpose::inspect);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(draw_whole(8, 8, random), 8);
    EXPECT_EQ(draw_whole(-5, -5, random), -5);
    const auto below_0 = draw_whole(-2, -1, random);
    EXPECT_TRUE(below_0 == -2 || below_0 == -1);
  }
}

TEST(ColorOperations, HaveThePixelsOfTheirFunctions) {
  for (const int channels : {1, 3}) {
    const auto image = noise(21, 34, channels);
    const auto expect = [&](const Operation& operation, const auto& change) {
      auto expected = image;
      change(expected);
      EXPECT_EQ(outcome(operation, image).image, expected) << name(operation);
    };
    expect(AutoContrast{.p = 1}, [](io::Image& one) { auto_contrast(one); });
    expect(Brightness{.factor_low = 1.3, .factor_high = 1.3},
           [](io::Image& one) { brightness(one, 1.3); });
    expect(Contrast{.factor_low = 1.3, .factor_high = 1.3},
           [](io::Image& one) { contrast(one, 1.3); });
    expect(Equalize{.p = 1}, [](io::Image& one) { equalize(one); });
    expect(Gamma{.gamma_low = 2, .gamma_high = 2, .gain = 0.9},
           [](io::Image& one) { gamma(one, 2, 0.9); });
    expect(Grayscale{.p = 1}, [](io::Image& one) { grayscale(one); });
    expect(Hue{.shift_low = 0.25, .shift_high = 0.25}, [](io::Image& one) { hue(one, 0.25); });
    expect(Invert{.p = 1}, [](io::Image& one) { invert(one); });
    expect(Posterize{.bits_low = 3, .bits_high = 3, .p = 1},
           [](io::Image& one) { posterize(one, 3); });
    expect(Saturation{.factor_low = 0.4, .factor_high = 0.4},
           [](io::Image& one) { saturation(one, 0.4); });
    expect(Sharpness{.factor_low = 2, .factor_high = 2, .p = 1},
           [&](io::Image& one) { sharpness(image, one, 2); });
    expect(Solarize{.threshold_low = 50, .threshold_high = 50, .p = 1},
           [](io::Image& one) { solarize(one, 50); });
    expect(SolarizeAdd{.addend_low = 30, .addend_high = 30, .threshold = 90, .p = 1},
           [](io::Image& one) { solarize_add(one, 30, 90); });
  }
}

TEST(ColorOperations, SeeTheImageAfterPendingGeometry) {
  const auto image = noise(8, 9, 3);
  Frame frame;
  frame.begin(image);
  frame.crop({2, 3, 4, 5});
  frame.flip();
  Random random(1, Purpose::augment);
  apply(Invert{.p = 1}, frame, random);
  const auto& result = frame.pixels();
  ASSERT_EQ(result.height, 4);
  ASSERT_EQ(result.width, 5);
  for (std::size_t y = 0; y < 4; ++y)
    for (std::size_t x = 0; x < 5; ++x)
      for (std::size_t c = 0; c < 3; ++c)
        EXPECT_EQ(result.pixels[(y * 5 + x) * 3 + c],
                  255 - image.pixels[((y + 2) * 9 + (7 - x)) * 3 + c]);
}

TEST(ColorJitter, DrawsEveryOrderEquallyOften) {
  constexpr int n = 24'000;
  std::map<std::array<JitteredColor::Part, 4>, int> found;
  for (std::uint64_t i = 0; i < n; ++i) {
    Random random(1, Purpose::augment, {i});
    ++found[draw(ColorJitter{}, random).order];
  }
  ASSERT_EQ(found.size(), 24U);
  for (const auto& [order, count] : found)
    EXPECT_NEAR(count, n / 24, 5 * std::sqrt(n / 24.0)) << order[0] << order[1] << order[2];
}

TEST(ColorJitter, DrawsFactorsAround1AndShiftsAround0) {
  const ColorJitter options{.brightness = 0.4, .contrast = 1.5, .saturation = 0, .hue = 0.2};
  std::array<double, 4> low{9, 9, 9, 9}, high{-9, -9, -9, -9};
  for (std::uint64_t i = 0; i < 3000; ++i) {
    Random random(1, Purpose::augment, {i});
    const auto drawn = draw(options, random);
    EXPECT_EQ(drawn.used, (std::array<bool, 4>{true, true, false, true}));
    for (std::size_t part = 0; part < 4; ++part) {
      low[part] = std::min(low[part], drawn.amount[part]);
      high[part] = std::max(high[part], drawn.amount[part]);
    }
  }
  const std::array<double, 4> least{0.6, 0, 1, -0.2}, most{1.4, 2.5, 1, 0.2};
  for (std::size_t part = 0; part < 4; ++part) {
    EXPECT_GE(low[part], least[part]) << part;
    EXPECT_LE(high[part], most[part]) << part;
    EXPECT_NEAR(low[part], least[part], 0.01) << part;
    EXPECT_NEAR(high[part], most[part], 0.01) << part;
  }
}

TEST(ColorJitter, DrawsItsAmountsUniformly) {
  expect_uniform(ColorJitter{.brightness = 0.4, .contrast = 0, .saturation = 0}, 0.6, 1.4);
  expect_uniform(ColorJitter{.brightness = 0, .contrast = 1.5, .saturation = 0}, 0, 2.5);
  expect_uniform(ColorJitter{.brightness = 0, .contrast = 0, .saturation = 0.3}, 0.7, 1.3);
  expect_uniform(ColorJitter{.brightness = 0, .contrast = 0, .saturation = 0, .hue = 0.2}, -0.2,
                 0.2);
}

TEST(ColorJitter, NotesItsPartsInTheOrderInWhichTheyWereApplied) {
  const auto image = noise(9, 9, 3);
  for (std::uint64_t sample = 0; sample < 20; ++sample) {
    const auto [result, applied] = outcome(ColorJitter{.saturation = 0, .hue = 0.1}, image, sample);
    ASSERT_EQ(applied.size(), 3U);
    auto again = image;
    for (const auto& [part, value, unit] : applied) {
      if (part == "brightness") brightness(again, value);
      if (part == "contrast") contrast(again, value);
      if (part == "hue") hue(again, value);
      EXPECT_EQ(unit, part == "hue" ? "color circle" : "factor");
    }
    EXPECT_EQ(again, result);
  }
}

TEST(ColorJitter, OfNoStrengthDoesNothing) {
  const auto image = noise(9, 9, 3);
  const auto [result, applied] =
      outcome(ColorJitter{.brightness = 0, .contrast = 0, .saturation = 0}, image);
  EXPECT_EQ(result, image);
  EXPECT_THAT(applied, IsEmpty());
}

std::string refusal(const Operation& operation) {
  return temper::testing::refusal(
      [&] { const Pipeline pipeline({operation}, {{0.5}, {0.5}}, {8, 8}); });
}

TEST(ColorOperations, RefuseALowerBoundAboveTheUpperOne) {
  EXPECT_EQ(refusal(Brightness{.factor_low = 2, .factor_high = 1}),
            "brightness: factor_low = 2 is larger than factor_high = 1");
  EXPECT_THAT(refusal(Contrast{.factor_low = 9}), HasSubstr("contrast: factor_low"));
  EXPECT_THAT(refusal(Saturation{.factor_low = 9}), HasSubstr("saturation: factor_low"));
  EXPECT_THAT(refusal(Sharpness{.factor_low = 9}), HasSubstr("sharpness: factor_low"));
  EXPECT_THAT(refusal(Hue{.shift_low = 0.3}), HasSubstr("hue: shift_low"));
  EXPECT_THAT(refusal(Gamma{.gamma_low = 3}), HasSubstr("gamma: gamma_low"));
  EXPECT_THAT(refusal(Solarize{.threshold_low = 200}), HasSubstr("solarize: threshold_low"));
  EXPECT_THAT(refusal(SolarizeAdd{.addend_low = 200}), HasSubstr("solarize_add: addend_low"));
  EXPECT_THAT(refusal(Posterize{.bits_low = 8}), HasSubstr("posterize: bits_low"));
  EXPECT_EQ(refusal(Brightness{.factor_low = 1, .factor_high = 1}), "(not refused)");
}

}  // namespace
}  // namespace temper::augment

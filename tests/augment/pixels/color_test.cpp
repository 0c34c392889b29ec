// Against Pillow, torchvision and timm; scripts/golden/color.py wrote the pixels.
#include "temper/augment/pixels/color.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "temper/augment/operations/color_jitter.h"
#include "tests/augment/golden.h"
#include "tests/augment/noise.h"
#include "tests/augment/targets.h"
#include "tests/support/refusal.h"

namespace temper::augment {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using Change = std::function<void(io::Image&)>;

/// A gray image of one row with every value.
io::Image every_value() {
  io::Image image{1, 256, 1, std::vector<std::uint8_t>(256)};
  std::iota(image.pixels.begin(), image.pixels.end(), std::uint8_t{0});
  return image;
}

io::Image changed(io::Image image, const Change& change) {
  change(image);
  return image;
}

/// In place, as the other operations are.
void sharpen(io::Image& image, double factor) {
  io::Image result = image;
  std::ranges::fill(result.pixels, std::uint8_t{77});
  sharpness(image, result, factor);
  image = result;
}

void expect_golden(const std::string& operation,
                   const std::function<void(io::Image&, const Golden::Case&)>& change) {
  const Golden golden("color.safetensors");
  for_each_target([&] {
    for (const auto& item : golden.cases(operation)) {
      io::Image image = item.image;
      change(image, item);
      EXPECT_EQ(image.pixels, Golden::values<std::uint8_t>(item.expected)) << item.name;
    }
  });
}

TEST(ColorGolden, BrightnessContrastSaturationAndSharpnessArePillows) {
  expect_golden("brightness",
                [](auto& image, const auto& item) { brightness(image, item.number(0)); });
  expect_golden("contrast", [](auto& image, const auto& item) { contrast(image, item.number(0)); });
  expect_golden("saturation",
                [](auto& image, const auto& item) { saturation(image, item.number(0)); });
  expect_golden("sharpness", [](auto& image, const auto& item) { sharpen(image, item.number(0)); });
}

TEST(ColorGolden, HueGammaAndGrayscaleAreTorchvisions) {
  expect_golden("hue", [](auto& image, const auto& item) { hue(image, item.number(0)); });
  expect_golden(
      "gamma", [](auto& image, const auto& item) { gamma(image, item.number(0), item.number(1)); });
  expect_golden("grayscale", [](auto& image, const auto& /*item*/) { grayscale(image); });
}

TEST(ColorGolden, SolarizeAddIsTimms) {
  expect_golden("solarize_add", [](auto& image, const auto& item) {
    solarize_add(image, static_cast<int>(item.number(0)), static_cast<int>(item.number(1)));
  });
}

TEST(ColorGolden, SolarizePosterizeEqualizeAutoContrastAndInvertArePillows) {
  expect_golden("solarize", [](auto& image, const auto& item) {
    solarize(image, static_cast<int>(item.number(0)));
  });
  expect_golden("posterize", [](auto& image, const auto& item) {
    posterize(image, static_cast<int>(item.number(0)));
  });
  expect_golden("equalize", [](auto& image, const auto& /*item*/) { equalize(image); });
  expect_golden("auto_contrast", [](auto& image, const auto& /*item*/) { auto_contrast(image); });
  expect_golden("invert", [](auto& image, const auto& /*item*/) { invert(image); });
}

TEST(ColorGolden, AColorJitterWithTheSameDrawsIsTorchvisions) {
  expect_golden("color_jitter", [](auto& image, const auto& item) {
    JitteredColor drawn{.used = {true, true, true, true}};
    for (std::size_t i = 0; i < 4; ++i) {
      drawn.order[i] = static_cast<JitteredColor::Part>(static_cast<int>(item.number(i)));
      drawn.amount[i] = item.number(4 + i);
    }
    jitter(image, drawn);
  });
}

/// The checksum of scripts/golden/color.py.
std::int64_t checksum(const io::Image& image) {
  std::uint64_t sum = 0;
  std::uint64_t place = 1;
  for (std::size_t i = 0; i < image.pixels.size(); i += 3, place += 2654435762)
    sum += place * (image.pixels[i] + (std::uint64_t{image.pixels[i + 1]} << 8) +
                    (std::uint64_t{image.pixels[i + 2]} << 16));
  return static_cast<std::int64_t>(sum);
}

void expect_for_all_colors(const std::string& name, const Change& change) {
  const auto expected = Golden("color.safetensors").values<std::int64_t>("all " + name);
  ASSERT_EQ(expected.size(), 256U);
  io::Image image{256, 256, 3, {}};
  for (std::size_t red = 0; red < 256; ++red) {
    image.pixels.clear();
    for (std::size_t green = 0; green < 256; ++green)
      for (std::size_t blue = 0; blue < 256; ++blue)
        for (const auto sample : {red, green, blue})
          image.pixels.push_back(static_cast<std::uint8_t>(sample));
    change(image);
    ASSERT_EQ(checksum(image), expected[red]) << name << ", red " << red;
  }
}

TEST(ColorGolden, EveryColorThereIsTurnsAndFadesAsInPillow) {
  expect_for_all_colors("hue 0.31", [](io::Image& image) { hue(image, 0.31); });
  expect_for_all_colors("saturation 0.55", [](io::Image& image) { saturation(image, 0.55); });
  expect_for_all_colors("saturation 1.9", [](io::Image& image) { saturation(image, 1.9); });
  expect_for_all_colors("grayscale", [](io::Image& image) { grayscale(image); });
}

// In tensorflow/tpu's code the mean of a histogram is its sum, the number of pixels, divided by the
// number of bins.
TEST(ContrastTensorflow, BlendsWithTheNumberOfPixelsBy256) {
  for (const auto& [height, width, gray] :
       std::vector<std::array<int, 3>>{{224, 224, 196}, {32, 32, 4}, {15, 17, 0}, {600, 600, 255}})
    for (const int channels : {1, 3}) {
      const auto image = noise(height, width, channels);
      auto result = image;
      contrast_tensorflow(result, 0);
      EXPECT_THAT(result.pixels, Each(gray)) << height << " x " << width;
      result = image;
      contrast_tensorflow(result, 1);
      EXPECT_EQ(result, image);
    }
  io::Image image{16, 32, 1, std::vector<std::uint8_t>(512, 200)};
  contrast_tensorflow(image, 0.5);
  EXPECT_THAT(image.pixels, Each(2 + (200 - 2) / 2));
}

/// The operations at the value that leaves an image as it is.
TEST(Color, TheNeutralValueChangesNothing) {
  const std::vector<std::pair<std::string, Change>> neutral{
      {"brightness", [](io::Image& image) { brightness(image, 1); }},
      {"contrast", [](io::Image& image) { contrast(image, 1); }},
      {"contrast_tensorflow", [](io::Image& image) { contrast_tensorflow(image, 1); }},
      {"saturation", [](io::Image& image) { saturation(image, 1); }},
      {"sharpness", [](io::Image& image) { sharpen(image, 1); }},
      {"gamma", [](io::Image& image) { gamma(image, 1); }},
      {"solarize", [](io::Image& image) { solarize(image, 256); }},
      {"solarize far above", [](io::Image& image) { solarize(image, 384); }},
      {"solarize_add", [](io::Image& image) { solarize_add(image, 0); }},
      {"solarize_add below 0", [](io::Image& image) { solarize_add(image, 50, 0); }},
      {"posterize", [](io::Image& image) { posterize(image, 8); }}};
  for (const auto& [name, change] : neutral)
    for (const int channels : {1, 3})
      for (const auto& [height, width] : {std::pair{1, 1}, {1, 7}, {7, 1}, {23, 31}}) {
        const auto image = noise(height, width, channels);
        EXPECT_EQ(changed(image, change), image) << name << ' ' << height << " x " << width;
      }
}

TEST(Color, AFactorOf0GivesTheImageWithoutTheProperty) {
  const auto image = noise(20, 30, 3);
  EXPECT_THAT(changed(image, [](auto& one) { brightness(one, 0); }).pixels, Each(0));
  const auto flat = changed(image, [](auto& one) { contrast(one, 0); }).pixels;
  EXPECT_THAT(flat, Each(flat.front()));
  EXPECT_EQ(changed(image, [](auto& one) { saturation(one, 0); }),
            changed(image, [](auto& one) { grayscale(one); }));
}

double mean(const io::Image& image) {
  return std::accumulate(image.pixels.begin(), image.pixels.end(), 0.0) /
         static_cast<double>(image.size());
}

double deviation(const io::Image& image) {
  const double middle = mean(image);
  double sum = 0;
  for (const auto sample : image.pixels) sum += (sample - middle) * (sample - middle);
  return std::sqrt(sum / static_cast<double>(image.size()));
}

/// The mean distance of the channels of a pixel.
double colorfulness(const io::Image& image) {
  double sum = 0;
  for (std::size_t i = 0; i < image.size(); i += 3)
    sum += std::abs(image.pixels[i] - image.pixels[i + 1]) +
           std::abs(image.pixels[i + 1] - image.pixels[i + 2]);
  return sum / static_cast<double>(image.size());
}

TEST(Color, FactorsAboveAndBelow1GoOppositeWays) {
  // Middle values, so that little is clipped.
  auto image = noise(24, 24, 3);
  for (auto& sample : image.pixels) sample = static_cast<std::uint8_t>(90 + sample / 4);
  const auto measured = [&](const auto& measure, const auto& operation) {
    std::vector<double> values;
    for (const double factor : {0.5, 0.9, 1.0, 1.1, 1.5})
      values.push_back(measure(changed(image, [&](auto& one) { operation(one, factor); })));
    return values;
  };
  const auto rises = [](const std::vector<double>& values) {
    return std::ranges::adjacent_find(values, std::greater_equal{}) == values.end();
  };
  EXPECT_TRUE(rises(measured(mean, brightness)));
  EXPECT_TRUE(rises(measured(deviation, contrast)));
  EXPECT_TRUE(rises(measured(colorfulness, saturation)));
  EXPECT_TRUE(rises(measured(deviation, sharpen)));
  const auto darker = measured(mean, [](auto& one, double power) { gamma(one, power); });
  EXPECT_TRUE(rises({darker.rbegin(), darker.rend()}));
  EXPECT_LT(mean(changed(image, [](auto& one) { solarize_add(one, -40); })), mean(image));
  EXPECT_GT(mean(changed(image, [](auto& one) { solarize_add(one, 40); })), mean(image));
}

TEST(Color, HueTurnsRedToGreenOrToBlue) {
  const auto red = [](double shift) {
    return changed({1, 1, 3, {255, 0, 0}}, [&](auto& one) { hue(one, shift); }).pixels;
  };
  const auto at = [&](double shift) {
    const auto pixel = red(shift);
    return std::ranges::max_element(pixel) - pixel.begin();
  };
  EXPECT_EQ(at(0.34), 1);
  EXPECT_EQ(at(-0.34), 2);
  const auto opposite = red(0.5);
  EXPECT_EQ(opposite[0], 0);
  EXPECT_GT(opposite[1], 250);
  EXPECT_GT(opposite[2], 250);
}

TEST(Color, InverseOperationsGiveTheImageBack) {
  for (const int channels : {1, 3}) {
    const auto image = noise(19, 45, channels);
    const auto twice = [](const Change& change) {
      return [change](io::Image& one) {
        change(one);
        change(one);
      };
    };
    EXPECT_EQ(changed(image, twice(invert)), image);
    EXPECT_EQ(changed(image, twice([](io::Image& one) { solarize(one, 0); })), image);
    // What changes nothing the second time.
    for (const Change& change :
         {Change(grayscale), Change([](io::Image& one) { posterize(one, 3); })})
      EXPECT_EQ(changed(image, twice(change)), changed(image, change));
  }
}

TEST(Color, PosterizeKeepsAsManyValuesAsItsBitsCanHave) {
  for (int bits = 0; bits <= 8; ++bits) {
    const auto result = changed(every_value(), [&](auto& one) { posterize(one, bits); });
    const std::set<int> values(result.pixels.begin(), result.pixels.end());
    EXPECT_EQ(values.size(), std::size_t{1} << bits);
    EXPECT_EQ(*values.begin(), 0);
  }
}

TEST(Color, AutoContrastAndEqualizeReachBothEnds) {
  auto image = noise(40, 40, 3);
  for (auto& sample : image.pixels) sample = static_cast<std::uint8_t>(100 + sample / 8);
  for (const Change& change : {Change(auto_contrast), Change(equalize)}) {
    const auto result = changed(image, change);
    EXPECT_EQ(*std::ranges::min_element(result.pixels), 0);
    EXPECT_EQ(*std::ranges::max_element(result.pixels), 255);
  }
}

TEST(Color, GrayImagesHaveNoHueAndNoSaturation) {
  const auto image = noise(9, 30, 1);
  for (const Change& change :
       {Change([](io::Image& one) { hue(one, 0.3); }),
        Change([](io::Image& one) { saturation(one, 1.7); }), Change(grayscale)})
    EXPECT_EQ(changed(image, change), image);
  // Nor have gray colors.
  io::Image gray{9, 30, 3, {}};
  for (const auto sample : image.pixels) gray.pixels.insert(gray.pixels.end(), 3, sample);
  EXPECT_EQ(changed(gray, [](auto& one) { hue(one, 0.3); }), gray);
  EXPECT_EQ(changed(gray, [](auto& one) { saturation(one, 1.7); }), gray);
}

TEST(Color, ImagesOfOneValueStayAsTheyAre) {
  for (const int channels : {1, 3}) {
    const io::Image image{11, 13, channels,
                          std::vector<std::uint8_t>(static_cast<std::size_t>(143 * channels), 41)};
    for (const Change& change :
         {Change(auto_contrast), Change(equalize), Change([](io::Image& one) { sharpen(one, 5); }),
          Change([](io::Image& one) { contrast(one, 5); })})
      EXPECT_EQ(changed(image, change), image);
  }
}

std::string refusal(const Change& change) {
  io::Image image{1, 1, 3, {1, 2, 3}};
  auto message = temper::testing::refusal([&] { change(image); });
  EXPECT_EQ(image.pixels, (std::vector<std::uint8_t>{1, 2, 3}));
  return message;
}

TEST(Color, RefusesWhatIsNotDefined) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(refusal([](auto& image) { posterize(image, -1); }),
            "posterize is to keep -1 bits of each sample; expected 0 to 8");
  EXPECT_EQ(refusal([](auto& image) { posterize(image, 9); }),
            "posterize is to keep 9 bits of each sample; expected 0 to 8");
  EXPECT_EQ(refusal([](auto& image) { hue(image, 0.51); }),
            "the shift of the hue is 0.51; expected a number in [-0.5, 0.5]");
  EXPECT_EQ(refusal([](auto& image) { gamma(image, -1); }),
            "gamma is -1 and its gain 1; expected finite numbers of at least 0");
  EXPECT_THAT(refusal([](auto& image) { gamma(image, 1, infinity); }), HasSubstr("finite"));
  EXPECT_THAT(refusal([](auto& image) { hue(image, nan); }), HasSubstr("nan"));
  EXPECT_EQ(refusal([](auto& image) { brightness(image, nan); }),
            "the factor of brightness is nan; expected a finite number");
  for (const double factor : {nan, infinity, -infinity, 1e300}) {
    EXPECT_THAT(refusal([&](auto& image) { brightness(image, factor); }), HasSubstr("brightness"));
    EXPECT_THAT(refusal([&](auto& image) { contrast(image, factor); }), HasSubstr("contrast"));
    EXPECT_THAT(refusal([&](auto& image) { contrast_tensorflow(image, factor); }),
                HasSubstr("contrast"));
    EXPECT_THAT(refusal([&](auto& image) { saturation(image, factor); }), HasSubstr("saturation"));
    EXPECT_THAT(refusal([&](auto& image) { sharpen(image, factor); }), HasSubstr("sharpness"));
  }
}

TEST(Color, FactorsOfAnySizeClip) {
  for (const double factor : {-3.0, -1e30, 1e30, 255.0}) {
    const auto image = noise(8, 8, 3);
    for (const auto& operation : {brightness, contrast, saturation, sharpen}) {
      auto result = image;
      operation(result, factor);  // no number that a byte can't hold
      EXPECT_EQ(result.size(), image.pixels.size());
    }
  }
  EXPECT_THAT(changed(noise(8, 8, 3), [](auto& one) { brightness(one, -3); }).pixels, Each(0));
  EXPECT_EQ(changed({1, 3, 1, {0, 1, 255}}, [](auto& one) { brightness(one, 1e30); }).pixels,
            (std::vector<std::uint8_t>{0, 255, 255}));
  EXPECT_EQ(changed({1, 3, 1, {0, 100, 255}}, [](auto& one) { solarize_add(one, 9999); }).pixels,
            (std::vector<std::uint8_t>{255, 255, 255}));
}

}  // namespace
}  // namespace temper::augment

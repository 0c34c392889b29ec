// Against Pillow; scripts/golden/noise.py wrote the pixels.
#include "temper/augment/pixels/jpeg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "temper/core/error.h"
#include "tests/augment/golden.h"

namespace temper::augment {
namespace {

io::Subsampling subsampling(const std::string& name) {
  const auto& names = EnumNames<io::Subsampling>::value;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<io::Subsampling>(i);
  ADD_FAILURE() << name;
  return {};
}

io::Image waves(int height, int width, int channels) {
  io::Image image{height, width, channels, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c)
        image.pixels.push_back(
            static_cast<std::uint8_t>(128 + 90 * std::sin(x / 9.0 + c) * std::cos(y / 7.0 - c)));
  return image;
}

double mean_difference(const io::Image& a, const io::Image& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) sum += std::abs(a.pixels[i] - b.pixels[i]);
  return sum / static_cast<double>(a.pixels.size());
}

TEST(JpegGolden, HasPillowsPixels) {
  const Golden golden("noise.safetensors");
  for (auto& item : golden.cases("jpeg")) {
    jpeg(item.image, static_cast<int>(item.number(0)), subsampling(item.words.at(1)));
    EXPECT_EQ(item.image.pixels, Golden::values<std::uint8_t>(item.expected)) << item.name;
  }
}

TEST(Jpeg, LosesMoreAtLowerQuality) {
  for (const int channels : {1, 3}) {
    const auto image = waves(61, 83, channels);
    double before = 0;
    for (const int quality : {100, 75, 30, 1}) {
      auto noisy = image;
      jpeg(noisy, quality);
      EXPECT_EQ(noisy.height, 61);
      EXPECT_EQ(noisy.width, 83);
      EXPECT_EQ(noisy.channels, channels);
      const double difference = mean_difference(noisy, image);
      EXPECT_GT(difference, before) << quality;
      before = difference;
    }
    auto fine = image;
    jpeg(fine, 100, io::Subsampling::none);
    EXPECT_LT(mean_difference(fine, image), 1);
  }
}

TEST(Jpeg, DependsOnNoImageBefore) {
  auto first = waves(40, 31, 3);
  jpeg(first, 20);
  for (const auto& other : {waves(200, 300, 3), waves(1, 1, 1), waves(17, 5, 3)}) {
    auto between = other;
    jpeg(between, 90, io::Subsampling::width);
    auto again = waves(40, 31, 3);
    jpeg(again, 20);
    EXPECT_EQ(again, first);
  }
}

TEST(Jpeg, AColorImageWithoutColorIsAGrayOne) {
  auto gray = waves(30, 30, 1);
  auto color = io::with_channels(gray, 3);
  jpeg(gray, 40);
  jpeg(color, 40);
  EXPECT_EQ(color, io::with_channels(gray, 3));
}

TEST(Jpeg, RefusesAnImageThatIsTooLargeAndGoesOnAfterwards) {
  io::Image wide{1, 70000, 1, std::vector<std::uint8_t>(70000)};
  EXPECT_THAT([&] { jpeg(wide, 50); },
              ::testing::ThrowsMessage<Error>(::testing::HasSubstr(
                  "70000 x 1 pixels; a JPEG has a height and width of 1 to 65500")));
  auto image = waves(20, 20, 1);
  jpeg(image, 100);
  EXPECT_LT(mean_difference(image, waves(20, 20, 1)), 1);
}

}  // namespace
}  // namespace temper::augment

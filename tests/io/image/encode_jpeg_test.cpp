#include "temper/io/image/encode_jpeg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "temper/io/image/picture.h"
#include "tests/io/support.h"

namespace temper::io::test {
namespace {

using ::testing::HasSubstr;

/// A smooth image, so that compression loses little.
Image waves(int height, int width, int channels) {
  Image image{height, width, channels, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c)
        image.pixels.push_back(
            static_cast<std::uint8_t>(128 + 90 * std::sin(x / 9.0 + c) * std::cos(y / 7.0 - c)));
  return image;
}

double mean_difference(const Image& a, const Image& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) sum += std::abs(a.pixels[i] - b.pixels[i]);
  return sum / static_cast<double>(a.pixels.size());
}

TEST(EncodeJpeg, IsReadBackAlmostAsItWas) {
  for (const int channels : {1, 3}) {
    const auto image = waves(61, 83, channels);
    const auto file = encode_jpeg(image, {.quality = 95});
    const auto read = decode_image(file, "file", channels);
    ASSERT_EQ(read.height, 61);
    ASSERT_EQ(read.width, 83);
    EXPECT_LT(mean_difference(read, image), 1.5);
    const auto coarse = encode_jpeg(image, {.quality = 20});
    EXPECT_LT(coarse.size(), file.size());
    EXPECT_GT(mean_difference(decode_image(coarse, "file", channels), image),
              mean_difference(read, image));
    EXPECT_EQ(encode_jpeg(image, {.quality = 95}), file) << "encoding is deterministic";
  }
}

TEST(EncodeJpeg, WritesOneChannelForAnImageWithoutColor) {
  const auto grey = waves(40, 40, 1);
  EXPECT_EQ(encode_jpeg(with_channels(grey, 3)).size(), encode_jpeg(grey).size());
  EXPECT_EQ(decode_image(encode_jpeg(with_channels(grey, 3)), "file", 3),
            with_channels(decode_image(encode_jpeg(grey), "file", 1), 3));
}

TEST(EncodeJpeg, WritesRestartMarkers) {
  const auto markers_of = [](const Bytes& file) {
    int markers = 0;
    for (std::size_t i = 0; i + 1 < file.size(); ++i)
      markers += static_cast<int>(file[i] == std::byte{0xFF} &&
                                  (file[i + 1] & std::byte{0xF8}) == std::byte{0xD0});
    return markers;
  };
  for (const int channels : {1, 3}) {
    const auto image = waves(61, 83, channels);
    const auto plain = encode_jpeg(image);
    const auto file = encode_jpeg(image, {.restart = 5});
    EXPECT_EQ(markers_of(plain), 0);
    // After every 5th of 4 x 6 blocks, or every 10th of 8 x 11.
    EXPECT_EQ(markers_of(file), channels == 3 ? 4 : 8);
    EXPECT_EQ(decode_image(file, "file", channels), decode_image(plain, "plain", channels));
  }
}

TEST(EncodeJpeg, WritesTheOrientation) {
  const auto image = waves(20, 30, 3);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const auto file = encode_jpeg(image, {.orientation = orientation});
    EXPECT_EQ(exif_orientation(file, "file"), orientation);
    EXPECT_EQ(decode_image(file, "file", 3), decode_image(encode_jpeg(image), "file", 3));
  }
}

TEST(EncodeJpeg, SubsamplesChromaAsAsked) {
  const auto image = waves(61, 83, 3);
  const auto size = [&](Subsampling subsampling) {
    return encode_jpeg(image, {.subsampling = subsampling}).size();
  };
  EXPECT_LT(size(Subsampling::both), size(Subsampling::width));
  EXPECT_LT(size(Subsampling::width), size(Subsampling::none));
  const auto difference = [&](Subsampling subsampling) {
    const auto file = encode_jpeg(image, {.quality = 100, .subsampling = subsampling});
    return mean_difference(decode_image(file, "file", 3), image);
  };
  EXPECT_LT(difference(Subsampling::none), difference(Subsampling::both));
}

TEST(JpegEncoder, WritesTheSameFilesInItsMemory) {
  JpegEncoder encode(/*optimize=*/true);
  for (const auto& [height, width, channels] :
       std::vector<std::array<int, 3>>{{20, 30, 3}, {300, 200, 3}, {1, 1, 1}, {61, 83, 1}}) {
    const auto image = waves(height, width, channels);
    for (const int quality : {5, 90, 100}) {
      const auto file = encode(image, {.quality = quality});
      EXPECT_EQ(Bytes(file.begin(), file.end()), encode_jpeg(image, {.quality = quality}));
    }
  }
}

TEST(JpegEncoder, WithStandardCodesWritesLargerFilesOfTheSamePixels) {
  JpegEncoder encode(/*optimize=*/false);
  for (const int channels : {1, 3}) {
    const auto image = waves(61, 83, channels);
    const auto file = encode(image);
    const auto optimized = encode_jpeg(image);
    EXPECT_GT(file.size(), optimized.size());
    EXPECT_EQ(decode_image(file, "file", channels), decode_image(optimized, "file", channels));
  }
}

TEST(JpegEncoder, GoesOnAfterAnImageThatItRefuses) {
  JpegEncoder encode(/*optimize=*/false);
  EXPECT_EQ(error_of([&] { encode({0, 0, 3, {}}); }).code(), Code::data);
  EXPECT_GT(encode(waves(20, 20, 3)).size(), 100U);
}

TEST(EncodeJpeg, RefusesWhatAJpegCannotHold) {
  EXPECT_THAT(error_of([] { encode_jpeg({1, 70000, 1, std::vector<std::uint8_t>(70000)}); }).what(),
              HasSubstr("70000 x 1 pixels; a JPEG has a height and width of 1 to 65500"));
  EXPECT_EQ(error_of([] { encode_jpeg({0, 0, 3, {}}); }).code(), Code::data);
  EXPECT_EQ(error_of([] { encode_jpeg({2, 2, 3, {}}); }).code(), Code::internal);
}

}  // namespace
}  // namespace temper::io::test

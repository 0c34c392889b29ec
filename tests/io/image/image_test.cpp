#include "temper/io/image/image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <string>

#include "temper/io/format/safetensors.h"
#include "tests/io/support.h"

namespace temper::io::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::filesystem::path images = golden / "images";

/// The names of the golden images that are not animated.
std::vector<std::string> still_images() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(images)) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".safetensors" && name != "animated.webp")
      names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string refusal(const Bytes& bytes, const ImageLimits& limits = {}) {
  const Error error = error_of([&] { decode_image(bytes, "cat", 3, limits); });
  EXPECT_EQ(error.code(), Code::data) << error.what();
  return error.what();
}

/// Pillow's pixels of `file` in `mode`.
Image expected_of(const Safetensors& pixels, const std::string& file, const std::string& mode) {
  const TensorView& tensor = pixels.at(file + " " + mode);
  Image image{.height = static_cast<int>(tensor.shape[0]),
              .width = static_cast<int>(tensor.shape[1]),
              .channels = mode == "L" ? 1 : 3,
              .pixels = {}};
  for (const std::byte byte : tensor.bytes)
    image.pixels.push_back(std::to_integer<std::uint8_t>(byte));
  return image;
}

class Golden : public ::testing::TestWithParam<std::string> {};

TEST_P(Golden, HasPillowsPixels) {
  const Safetensors pixels(images / "pixels.safetensors");
  for (const std::string mode : {"RGB", "L"}) {
    const Image image =
        decode_image(contents(images / GetParam()), GetParam(), mode == "L" ? 1 : 3);
    const Image expected = expected_of(pixels, GetParam(), mode);
    ASSERT_EQ(image.height, expected.height);
    ASSERT_EQ(image.width, expected.width);
    ASSERT_EQ(image.channels, expected.channels);
    ASSERT_EQ(image.pixels.size(), expected.pixels.size());
    int largest = 0;
    for (std::size_t i = 0; i < image.pixels.size(); ++i)
      largest = std::max(largest, std::abs(int{image.pixels[i]} - int{expected.pixels[i]}));
    EXPECT_EQ(largest, 0) << mode;
  }
}

TEST_P(Golden, IsRefusedWhenCutShort) {
  const Bytes whole = contents(images / GetParam());
  for (std::size_t size = 0; size + 1 < whole.size(); size += 1 + whole.size() / 97)
    EXPECT_THAT(refusal({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}),
                StartsWith("cat: "))
        << size;
}

TEST_P(Golden, IsRefusedAboveTheLimit) {
  const Bytes whole = contents(images / GetParam());
  EXPECT_THAT(refusal(whole, {.max_pixels = 19 * 23 - 1}), HasSubstr("23x19 pixels, more than"));
  EXPECT_NO_THROW(decode_image(whole, "cat", 3, {.max_pixels = 19 * 23}));
}

TEST_P(Golden, SurvivesDamage) {
  survive_damage(contents(images / GetParam()), 1, [](const Bytes& bytes) {
    decode_image(bytes, "damaged", 3, {.max_pixels = 1 << 16});
  });
}

INSTANTIATE_TEST_SUITE_P(Image, Golden, ::testing::ValuesIn(still_images()), [](const auto& test) {
  std::string name = test.param;
  std::replace_if(name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
});

TEST(Image, OfAnotherFormatIsRefused) {
  EXPECT_THAT(refusal({}), StartsWith("cat: the file is empty"));
  EXPECT_THAT(refusal(bytes_of("GIF89a")), HasSubstr("begins with 47 49 46 38 39 61"));
  EXPECT_THAT(refusal(contents(images / "animated.webp")), HasSubstr("animated"));
}

TEST(Image, GoesThroughPngUnchanged) {
  for (const int channels : {1, 3}) {
    Image image{.height = 5, .width = 7, .channels = channels, .pixels = {}};
    for (std::size_t i = 0; i < image.size(); ++i)
      image.pixels.push_back(static_cast<std::uint8_t>(i * 37));
    EXPECT_EQ(decode_image(encode_png(image), "png", channels), image);
  }
}

TEST(Image, WithoutPixelsIsNoPng) {
  EXPECT_EQ(error_of([] { encode_png({}); }).code(), Code::internal);
}

TEST(Image, IsConvertedToColorAndBackToGray) {
  const Image grey{.height = 1, .width = 2, .channels = 1, .pixels = {3, 200}};
  const Image colour = with_channels(grey, 3);
  EXPECT_EQ(colour.pixels, (std::vector<std::uint8_t>{3, 3, 3, 200, 200, 200}));
  EXPECT_EQ(with_channels(colour, 1), grey);
  EXPECT_EQ(error_of([&] { with_channels(grey, 2); }).code(), Code::internal);
}

// A small file whose header gives a huge size.
TEST(Image, ThatClaimsToBeHugeCostsNoMemory) {
  Bytes png = contents(images / "grey.png");
  for (std::size_t i = 16; i < 24; ++i) png[i] = i % 4 == 0 ? std::byte{0} : std::byte{0xFF};
  const auto crc = crc32(0, reinterpret_cast<const Bytef*>(png.data() + 12), 17);
  for (std::size_t i = 0; i < 4; ++i) png[29 + i] = static_cast<std::byte>(crc >> (24 - 8 * i));
  EXPECT_THAT(refusal(png), HasSubstr("16777215x16777215 pixels, more than the limit"));
}

// Some photographs have such bytes between segments; all their pixels are valid.
TEST(Image, WithStrayBytesBetweenJpegSegmentsIsRead) {
  const Bytes whole = contents(images / "colour.jpg");
  Bytes stray = whole;
  const Bytes junk = bytes_of("junk");
  stray.insert(stray.end() - 2, junk.begin(), junk.end());
  EXPECT_EQ(decode_image(stray, "cat", 3), decode_image(whole, "cat", 3));
}

// Pillow reads the PNG, and the JPEG if LOAD_TRUNCATED_IMAGES is set.
TEST(Image, WithoutTheMarkOfItsEndIsRefusedAsSuch) {
  Bytes jpeg = contents(images / "colour.jpg");
  jpeg.resize(jpeg.size() - 2);
  EXPECT_THAT(refusal(jpeg), HasSubstr("no end-of-image marker; the file is cut short, or was "
                                       "written without the marker, which `jpegtran"));
  Bytes png = contents(images / "grey.png");
  png.resize(png.size() - 12);
  EXPECT_THAT(refusal(png), HasSubstr("no IEND chunk; the file is cut short, or was written"));
}

}  // namespace
}  // namespace temper::io::test

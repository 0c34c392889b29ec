#include "temper/io/image/picture.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "temper/io/image/encode_jpeg.h"
#include "temper/io/image/orientation.h"
#include "tests/io/support.h"

namespace temper::io::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::filesystem::path images = golden / "images";

/// Still images of every format, of 23 x 19 pixels, and larger ones of several blocks.
std::vector<std::string> files() {
  std::vector<std::string> names;
  for (const std::filesystem::path& folder : {images, golden / "regions"})
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const std::string name = entry.path().filename().string();
      if (entry.path().extension() != ".safetensors" && name != "animated.webp")
        names.push_back(std::filesystem::relative(entry.path(), golden).string());
    }
  std::sort(names.begin(), names.end());
  return names;
}

Image whole_of(Picture& picture) {
  Image image;
  picture.copy_to(image);
  return image;
}

/// Whether the part has the same pixels as that region of the whole image.
::testing::AssertionResult shows(const Part& part, const Region& region, const Image& whole) {
  const auto& p = part.pixels;
  if (part.shrink != 1 || p.channels != whole.channels || part.top > region.top ||
      part.left > region.left || part.top + p.height < region.top + region.height ||
      part.left + p.width < region.left + region.width)
    return ::testing::AssertionFailure() << "it does not cover the region";
  for (int y = 0; y < region.height; ++y)
    for (int i = 0; i < region.width * p.channels; ++i) {
      const auto found =
          p.row(region.top - part.top + y)[(region.left - part.left) * p.channels + i];
      const auto expected = Pixels(whole).row(region.top + y)[region.left * p.channels + i];
      if (found != expected)
        return ::testing::AssertionFailure()
               << int{found} << " where the whole image has " << int{expected} << " at row " << y
               << ", sample " << i;
    }
  return ::testing::AssertionSuccess();
}

/// A random region; often at an edge, often one or two pixels wide.
Region random_region(Random& random, int height, int width) {
  const auto some = [&random](int all, int& begin, int& length) {
    const auto below = [&random](int n) {
      return static_cast<int>(random.below(static_cast<std::uint64_t>(n)));
    };
    begin = random.chance(0.3) ? 0 : below(all);
    length = 1 + below(random.chance(0.3) ? std::min(3, all - begin) : all - begin);
    if (random.chance(0.2)) begin = all - length;
  };
  Region region;
  some(height, region.top, region.height);
  some(width, region.left, region.width);
  return region;
}

class Parts : public ::testing::TestWithParam<std::string> {};

TEST_P(Parts, HaveThePixelsOfTheWholeImage) {
  const auto bytes = contents(golden / GetParam());
  Picture picture;
  for (const int channels : {3, 1}) {
    const DecodeOptions options{.channels = channels};
    picture.encoded(bytes, "whole", options);
    const Image whole = whole_of(picture);
    for (std::uint64_t i = 0; i < 150; ++i) {
      Random random(3, Purpose::inspect, {i});
      const Region region = random_region(random, whole.height, whole.width);
      picture.encoded(bytes, "part", options);
      EXPECT_TRUE(shows(picture.part(region), region, whole))
          << region.top << ' ' << region.left << ' ' << region.height << ' ' << region.width;
      EXPECT_TRUE(shows(picture.part(region, 8), region, whole)) << "exact does not shrink";
    }
  }
}

TEST_P(Parts, AreOrientedLikeTheWholeImage) {
  const auto bytes = contents(golden / GetParam());
  Picture picture;
  const DecodeOptions options{.exif_orientation = true};
  picture.encoded(bytes, "whole", options);
  const Image whole = whole_of(picture);
  for (std::uint64_t i = 0; i < 20; ++i) {
    Random random(4, Purpose::inspect, {i});
    const Region region = random_region(random, whole.height, whole.width);
    EXPECT_TRUE(shows(picture.part(region), region, whole)) << i;
  }
}

TEST_P(Parts, SurviveDamage) {
  survive_damage(
      contents(golden / GetParam()), 2,
      [](const Bytes& bytes) {
        Picture picture;
        picture.encoded(
            bytes, "damaged",
            {.decode = Decode::fast, .exif_orientation = true, .limits = {.max_pixels = 1 << 16}});
        const int height = picture.height();
        const int width = picture.width();
        picture.part({height / 3, width / 3, (height + 2) / 3, (width + 2) / 3}, 4);
      },
      150);
}

INSTANTIATE_TEST_SUITE_P(Picture, Parts, ::testing::ValuesIn(files()), [](const auto& test) {
  std::string name = test.param;
  std::replace_if(name.begin(), name.end(), [](char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

// libjpeg handles a crop of one or two columns differently from a wider one.
TEST(Picture, OneColumnHasThePixelsOfTheWholeImage) {
  Picture picture;
  for (const int width : {3, 16, 17, 18, 33, 34, 50}) {
    Image noise{.height = 20, .width = width, .channels = 3, .pixels = {}};
    Random random(6, Purpose::inspect, {static_cast<std::uint64_t>(width)});
    for (std::size_t i = 0; i < noise.size(); ++i)
      noise.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
    const auto bytes = encode_jpeg(noise, {.quality = 80});
    const Image whole = decode_image(bytes, "noise", 3);
    for (int left = 0; left < width; ++left)
      for (int columns = 1; columns <= std::min(2, width - left); ++columns) {
        const Region region{7, left, 9, columns};
        picture.encoded(bytes, "noise", {});
        EXPECT_TRUE(shows(picture.part(region), region, whole)) << width << ' ' << left;
      }
  }
}

TEST(Picture, IsDecodedOnceForSeveralPartsIfItKeepsItsPixels) {
  Image noise{.height = 40, .width = 50, .channels = 3, .pixels = {}};
  for (std::size_t i = 0; i < noise.size(); ++i)
    noise.pixels.push_back(static_cast<std::uint8_t>(i * 7 % 251));
  const auto bytes = encode_jpeg(noise, {.quality = 80});
  const Image whole = decode_image(bytes, "noise", 3);
  Picture picture;
  for (const bool keeps : {false, true}) {
    picture.keep_pixels(keeps);
    picture.encoded(bytes, "noise", {});
    const auto before = picture.decodes();
    for (const auto& region : {Region{7, 3, 9, 20}, Region{0, 0, 40, 50}, Region{30, 40, 5, 5}})
      EXPECT_TRUE(shows(picture.part(region), region, whole));
    EXPECT_EQ(picture.decodes() - before, keeps ? 1 : 3);
  }
  picture.encoded(bytes, "noise", {});
  (void)picture.pixels();
  picture.view(noise);
  EXPECT_EQ(whole_of(picture).pixels, noise.pixels) << "not what was kept of the image before";
}

/// A smooth image, like a photograph.
Image waves(int height, int width) {
  Image image{.height = height, .width = width, .channels = 3, .pixels = {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c)
        image.pixels.push_back(static_cast<std::uint8_t>(128 + 100 * std::sin(0.05 * x + c) *
                                                                   std::cos(0.07 * y - 0.3 * c)));
  return image;
}

TEST(Picture, IsDecodedAtASmallerSizeIfFastAndAllowed) {
  const Image image = waves(211, 307);
  const auto bytes = encode_jpeg(image, {.quality = 95});
  Picture picture;
  for (const int shrink : {1, 2, 4, 8}) {
    picture.encoded(bytes, "waves", {.decode = Decode::fast});
    EXPECT_TRUE(picture.shrinks());
    const Part& part = picture.part({40, 90, 80, 120}, shrink);
    ASSERT_EQ(part.shrink, shrink);
    // A pixel is the mean of those that it replaces.
    for (int y = (40 + shrink - 1) / shrink; y < 120 / shrink; ++y)
      for (int x = (90 + shrink - 1) / shrink; x < 210 / shrink; ++x)
        for (int c = 0; c < 3; ++c) {
          double mean = 0;
          for (int i = 0; i < shrink * shrink; ++i)
            mean += Pixels(image).row(y * shrink + i / shrink)[3 * (x * shrink + i % shrink) + c];
          mean /= shrink * shrink;
          ASSERT_NEAR(part.pixels.row(y - part.top)[3 * (x - part.left) + c], mean, 6)
              << shrink << ' ' << y << ' ' << x;
        }
  }
}

TEST(Picture, PartsAtASmallerSizeHaveThePixelsOfTheWholeAtThatSize) {
  const auto bytes = encode_jpeg(waves(211, 307));
  Picture all, some;
  for (const int shrink : {2, 4, 8}) {
    all.encoded(bytes, "waves", {.decode = Decode::fast});
    const Part& whole = all.part({0, 0, 211, 307}, shrink);
    EXPECT_EQ(whole.pixels.height, (211 + shrink - 1) / shrink);
    for (std::uint64_t i = 0; i < 50; ++i) {
      Random random(5, Purpose::inspect, {i});
      const Region region = random_region(random, 211, 307);
      some.encoded(bytes, "waves", {.decode = Decode::fast});
      const Part& part = some.part(region, shrink);
      const int top = region.top / shrink;
      const int left = region.left / shrink;
      const int bottom = (region.top + region.height + shrink - 1) / shrink;
      const int right = (region.left + region.width + shrink - 1) / shrink;
      for (int y = top; y < bottom; ++y)
        ASSERT_TRUE(std::equal(part.pixels.row(y - part.top) + 3 * (left - part.left),
                               part.pixels.row(y - part.top) + 3 * (right - part.left),
                               whole.pixels.row(y) + 3 * left))
            << shrink << ' ' << y;
    }
  }
}

TEST(Picture, OnlyJpegsWithFastDecodingShrink) {
  Picture picture;
  const auto jpeg = contents(images / "colour.jpg");
  picture.encoded(jpeg, "jpeg", {});
  EXPECT_FALSE(picture.shrinks());
  const auto png = contents(images / "colour.png");
  picture.encoded(png, "png", {.decode = Decode::fast});
  EXPECT_FALSE(picture.shrinks());
  EXPECT_EQ(picture.part({0, 0, 19, 23}, 8).shrink, 1);
}

/// 2 x 3 pixels whose samples are their positions, and the upright images (EXIF 2.32, 4.6.4).
TEST(Orientation, IsAppliedAsExifDefines) {
  const Image stored{.height = 2, .width = 3, .channels = 1, .pixels = {0, 1, 2, 3, 4, 5}};
  const std::array<std::vector<std::uint8_t>, 8> upright{{{0, 1, 2, 3, 4, 5},
                                                          {2, 1, 0, 5, 4, 3},
                                                          {5, 4, 3, 2, 1, 0},
                                                          {3, 4, 5, 0, 1, 2},
                                                          {0, 3, 1, 4, 2, 5},
                                                          {3, 0, 4, 1, 5, 2},
                                                          {5, 2, 4, 1, 3, 0},
                                                          {2, 5, 1, 4, 0, 3}}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    codec::Buffer buffer;
    const Pixels turned = codec::apply_orientation(Pixels(stored), orientation, buffer);
    EXPECT_EQ(turned.height, orientation < 5 ? 2 : 3);
    EXPECT_EQ(std::vector(turned.data, turned.data + 6),
              upright[static_cast<std::size_t>(orientation - 1)])
        << orientation;
  }
}

TEST(Orientation, OfEveryKindIsReadAndUndone) {
  const Image image = waves(40, 60);
  Picture picture;
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const auto bytes = encode_jpeg(image, {.orientation = orientation});
    EXPECT_EQ(exif_orientation(bytes, "waves"), orientation);
    picture.encoded(bytes, "waves", {.exif_orientation = true});
    EXPECT_EQ(picture.height(), orientation < 5 ? 40 : 60);
    EXPECT_EQ(picture.width(), orientation < 5 ? 60 : 40);
    codec::Buffer buffer;
    const Image stored = decode_image(bytes, "waves", 3);
    const Pixels expected = codec::apply_orientation(Pixels(stored), orientation, buffer);
    EXPECT_TRUE(std::equal(expected.data, expected.data + expected.size(),
                           whole_of(picture).pixels.begin()));
    picture.encoded(bytes, "waves", {});
    EXPECT_EQ(picture.height(), 40) << "the orientation is not applied";
  }
}

TEST(Orientation, ThatIsInvalidIsUpright) {
  const auto exif = [](std::string_view text) { return codec::orientation_of(bytes_of(text)); };
  using namespace std::string_view_literals;
  EXPECT_EQ(exif("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"sv), 6);
  EXPECT_EQ(exif("Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x08\0\0\0"sv), 8);
  EXPECT_EQ(exif("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x09\0\0"sv), 1);
  EXPECT_EQ(exif("MM\0*\xFF\xFF\xFF\xFF"sv), 1);
  EXPECT_EQ(exif("MM\0*\0\0\0\x08\xFF\xFF"sv), 1);
  EXPECT_EQ(exif(""), 1);
}

/// EXIF data in which the orientation is the only entry.
/// @param value  the last four bytes of the entry
/// @param after  what follows the directory, at byte 26
Bytes exif_of(bool little, unsigned type, unsigned count, const std::vector<unsigned>& value,
              const std::vector<unsigned>& after = {}) {
  Bytes exif;
  const auto put = [&](unsigned number, unsigned size) {
    for (unsigned i = 0; i < size; ++i)
      exif.push_back(static_cast<std::byte>(number >> 8 * (little ? i : size - 1 - i) & 255U));
  };
  exif.resize(2, static_cast<std::byte>(little ? 'I' : 'M'));
  put(42, 2);
  put(8, 4);
  put(1, 2);
  put(0x0112, 2);
  put(type, 2);
  put(count, 4);
  for (const auto byte : value) exif.push_back(static_cast<std::byte>(byte));
  put(0, 4);
  for (const auto byte : after) exif.push_back(static_cast<std::byte>(byte));
  return exif;
}

/// A number of that size in bytes, in the byte order of the file.
std::vector<unsigned> number(bool little, unsigned value, std::size_t size) {
  std::vector<unsigned> bytes(size);
  (little ? bytes.front() : bytes.back()) = value;
  return bytes;
}

/// What Pillow's exif_transpose() makes of these, versions 11.3.0 and 13.0.0.
TEST(Orientation, IsReadFromEveryTypeOfInteger) {
  struct Type {
    unsigned code;
    std::size_t size;
  };
  // SHORT, LONG, SBYTE, SSHORT, SLONG, IFD, LONG8
  for (const auto& [type, size] : {Type{3, 2}, {4, 4}, {6, 1}, {8, 2}, {9, 4}, {13, 4}, {16, 8}})
    for (const bool little : {false, true})
      for (const unsigned count : {1U, 2U, 3U, 5U}) {
        std::vector<unsigned> values;  // 6, 8, 8, ...
        for (unsigned i = 0; i < count; ++i)
          for (const auto byte : number(little, i == 0 ? 6 : 8, size)) values.push_back(byte);
        const bool fits = values.size() <= 4;
        if (fits) values.resize(4, 255);
        const auto exif = fits ? exif_of(little, type, count, values)
                               : exif_of(little, type, count, number(little, 26, 4), values);
        EXPECT_EQ(codec::orientation_of(exif), 6)
            << "type " << type << ", " << count << " numbers, little-endian: " << little;
        EXPECT_EQ(codec::orientation_of(exif_of(little, type, 0, number(little, 6, 4))), 1)
            << "type " << type << " without a number";
      }
}

TEST(Orientation, IsUprightWherePillowDoesNotTurn) {
  for (const bool little : {false, true}) {
    for (const unsigned type : {0U, 1U, 2U, 7U, 17U, 77U})  // BYTE, ASCII, UNDEFINED, unknown ones
      EXPECT_EQ(codec::orientation_of(exif_of(little, type, 1, {6, 0, 0, 0})), 1) << type;
    const auto at = [little](unsigned offset) { return number(little, offset, 4); };
    EXPECT_EQ(codec::orientation_of(exif_of(little, 9, 1, {250, 255, 255, 255})), 1) << "-6";
    const std::vector<unsigned> large =
        little ? std::vector<unsigned>{6, 0, 1, 0} : std::vector<unsigned>{0, 1, 0, 6};
    EXPECT_EQ(codec::orientation_of(exif_of(little, 4, 1, large)), 1) << "65542";
    EXPECT_EQ(codec::orientation_of(exif_of(little, 3, 3, at(200))), 1) << "beyond the end";
    EXPECT_EQ(codec::orientation_of(exif_of(little, 4, 2, at(26), at(6))), 1) << "cut short";
    EXPECT_EQ(codec::orientation_of(exif_of(little, 4, 0xFFFFFFFF, at(26), at(6))), 1);
    auto cut =
        exif_of(little, 3, 1,
                little ? std::vector<unsigned>{6, 0, 0, 0} : std::vector<unsigned>{0, 6, 0, 0});
    EXPECT_EQ(codec::orientation_of(std::span(cut).first(22)), 6) << "the entry is whole";
    EXPECT_EQ(codec::orientation_of(std::span(cut).first(21)), 1);
    std::swap(cut[2], cut[3]);
    EXPECT_EQ(codec::orientation_of(cut), 6) << "42 in the other byte order";
  }
}

TEST(Orientation, MayHaveItsPrefixTwice) {
  using namespace std::string_view_literals;
  const auto exif = [](std::string_view text) { return codec::orientation_of(bytes_of(text)); };
  constexpr auto once = "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"sv;
  EXPECT_EQ(exif(std::string(once.substr(0, 6)).append(once)), 6);
  EXPECT_EQ(exif(std::string(once.substr(0, 6)).append(once.substr(0, 6)).append(once)), 1);
}

/// The orientation of a JPEG as SHORT, then as LONG.
TEST(Orientation, StoredAsLongTurnsTheImage) {
  auto bytes = encode_jpeg(waves(40, 60), {.orientation = 6});
  constexpr std::string_view marker("Exif\0\0MM", 8);
  const auto exif = std::search(bytes.begin(), bytes.end(), marker.begin(), marker.end(),
                                [](std::byte a, char b) { return a == static_cast<std::byte>(b); });
  ASSERT_NE(exif, bytes.end());
  exif[19] = std::byte{4};
  exif[25] = std::byte{0};
  exif[27] = std::byte{6};
  EXPECT_EQ(exif_orientation(bytes, "waves"), 6);
  Picture picture;
  picture.encoded(bytes, "waves", {.exif_orientation = true});
  EXPECT_EQ(picture.height(), 60);
}

TEST(Picture, RefersToPixelsWithoutACopy) {
  const Image image = waves(4, 5);
  Picture picture;
  picture.view(image);
  EXPECT_EQ(picture.pixels().data, image.pixels.data());
  EXPECT_EQ(whole_of(picture), image);
  EXPECT_TRUE(picture.file().empty());
  picture.image() = waves(3, 7);
  EXPECT_EQ(picture.height(), 3);
  EXPECT_EQ(whole_of(picture), waves(3, 7));
}

TEST(Picture, WithoutItsPixelsIsRefused) {
  Picture picture;
  EXPECT_EQ(error_of([&] { picture.pixels(); }).code(), Code::internal);
  picture.image() = {.height = 3, .width = 3, .channels = 3, .pixels = {1, 2}};
  EXPECT_THAT(error_of([&] { picture.pixels(); }).what(),
              HasSubstr("3 x 3 pixels with 3 channels"));
}

TEST(Picture, IsReadCorrectlyAfterADamagedOne) {
  const auto good = contents(images / "progressive.jpg");
  const Image expected = decode_image(good, "good", 3);
  Bytes cut = good;
  cut.resize(cut.size() / 2);
  Picture picture;
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(error_of([&] { picture.encoded(cut, "cut", {}); }).what(), StartsWith("cut: "));
    picture.encoded(good, "good", {});
    EXPECT_EQ(whole_of(picture), expected);
    picture.encoded(good, "good", {});  // without decoding it
  }
}

/// Header and tables of a JPEG, then the same first scan many times.
TEST(Picture, WithMoreScansThanTheLimitIsRefused) {
  const auto whole = contents(images / "progressive.jpg");
  const auto scan = [&](std::size_t from) {
    for (std::size_t i = from; i + 1 < whole.size(); ++i)
      if (whole[i] == std::byte{0xFF} && whole[i + 1] == std::byte{0xDA}) return i;
    return whole.size();
  };
  std::size_t scans = 0;
  for (std::size_t at = scan(0); at < whole.size(); at = scan(at + 2)) ++scans;
  ASSERT_GT(scans, 3U);
  Picture picture;
  picture.encoded(whole, "many", {.limits = {.max_scans = static_cast<int>(scans)}});
  EXPECT_NO_THROW(picture.pixels());
  picture.encoded(whole, "many", {.limits = {.max_scans = static_cast<int>(scans) - 1}});
  EXPECT_THAT(error_of([&] { picture.pixels(); }).what(),
              HasSubstr(fmt::format("many: damaged JPEG: more than {} scans", scans - 1)));
}

/// The header has another height or width than the data.
TEST(Picture, WhoseHeaderHasAnotherSizeIsRefused) {
  const auto whole = encode_jpeg(waves(64, 96), {.quality = 95});
  constexpr std::array start_of_frame{std::byte{0xFF}, std::byte{0xC0}};
  const auto frame =
      std::search(whole.begin(), whole.end(), start_of_frame.begin(), start_of_frame.end());
  ASSERT_NE(frame, whole.end());
  const auto with_sides = [&](int height, int width) {
    Bytes bytes(whole.begin(), whole.end());
    const auto at = static_cast<std::size_t>(frame - whole.begin()) + 5;
    bytes[at] = static_cast<std::byte>(height >> 8);
    bytes[at + 1] = static_cast<std::byte>(height & 255);
    bytes[at + 2] = static_cast<std::byte>(width >> 8);
    bytes[at + 3] = static_cast<std::byte>(width & 255);
    return bytes;
  };
  EXPECT_NO_THROW(decode_image(with_sides(64, 96), "same", 3));
  for (const auto& [height, width] :
       {std::pair(128, 96), {64, 192}, {16, 96}, {64, 48}, {48, 80}}) {
    const auto bytes = with_sides(height, width);
    EXPECT_THAT(error_of([&] { decode_image(bytes, "other", 3); }).what(),
                StartsWith("other: damaged JPEG"))
        << height << ' ' << width;
  }
  const auto huge = with_sides(65000, 65000);
  EXPECT_THAT(error_of([&] { Picture().encoded(huge, "huge", {}); }).what(),
              HasSubstr("65000x65000 pixels, more than the limit"));
}

}  // namespace
}  // namespace temper::io::test

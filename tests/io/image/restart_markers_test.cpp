#include "temper/io/image/restart_markers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

#include "temper/io/image/encode_jpeg.h"
#include "temper/io/image/image.h"
#include "temper/io/image/orientation.h"
#include "tests/io/support.h"

namespace temper::io::test {
namespace {

bool contains(const Bytes& bytes, std::initializer_list<int> pattern) {
  const auto same = [](std::byte one, int other) { return std::to_integer<int>(one) == other; };
  return !std::ranges::search(bytes, pattern, same).empty();
}

TEST(RestartMarkers, LeaveThePixelsAsTheyAre) {
  for (const auto* name : {"images/colour.jpg", "images/colour-422.jpg", "images/colour-444.jpg",
                           "images/grey.jpg", "images/progressive.jpg", "images/stored-rgb.jpg",
                           "images/turned.jpg", "regions/420.jpg", "regions/progressive.jpg"}) {
    SCOPED_TRACE(name);
    const auto file = contents(golden / name);
    const auto rewritten = with_restart_markers(file, 1);
    ASSERT_TRUE(rewritten);
    EXPECT_EQ(decode_image(*rewritten, name, 3), decode_image(file, name, 3));
    EXPECT_EQ(exif_orientation(*rewritten, name), exif_orientation(file, name));
    EXPECT_TRUE(contains(*rewritten, {0xFF, 0xDD})) << "restart interval";
    EXPECT_TRUE(contains(*rewritten, {0xFF, 0xC0})) << "baseline";
    EXPECT_TRUE(contains(*rewritten, {0xFF, 0xD0})) << "the first marker";
    EXPECT_FALSE(contains(*rewritten, {0xFF, 0xC2})) << "progressive";
  }
}

/// 40 pixels of width have three units of 16 pixels, or five of 8.
TEST(RestartMarkers, AreAsFarApartInPixelsWhateverTheSampling) {
  Image image{.height = 16, .width = 40, .channels = 3, .pixels = {}};
  for (std::size_t i = 0; i < image.size(); ++i)
    image.pixels.push_back(static_cast<std::uint8_t>(i * i));
  const auto expect_interval = [&](Subsampling subsampling, int units) {
    const auto file = encode_jpeg(image, {.subsampling = subsampling});
    const auto rewritten = with_restart_markers(file, 2).value();
    EXPECT_TRUE(contains(rewritten, {0xFF, 0xDD, 0, 4, 0, units})) << units;
    EXPECT_EQ(rewritten, encode_jpeg(image, {.restart = 2, .subsampling = subsampling})) << units;
  };
  expect_interval(Subsampling::both, 2);
  expect_interval(Subsampling::width, 2);
  expect_interval(Subsampling::none, 4);
}

TEST(RestartMarkers, KeepProfilesAndComments) {
  auto file = contents(golden / "images/colour.jpg");
  constexpr std::array comment{std::byte{0xFF}, std::byte{0xFE}, std::byte{0},
                               std::byte{4},    std::byte{'h'},  std::byte{'i'}};
  file.insert(file.begin() + 2, comment.begin(), comment.end());
  EXPECT_TRUE(contains(with_restart_markers(file, 4).value(), {0xFF, 0xFE, 0, 4, 'h', 'i'}));
}

TEST(RestartMarkers, AreNotAddedToWhatCannotBeRewritten) {
  for (const auto* name : {"images/colour.png", "images/lossy.webp", "images/inks.jpg"})
    EXPECT_FALSE(with_restart_markers(contents(golden / name), 4)) << name;
  const auto whole = contents(golden / "regions/progressive.jpg");
  for (std::size_t size = 0; size < whole.size(); size += 97)
    EXPECT_FALSE(with_restart_markers(std::span(whole).first(size), 4)) << size;
}

}  // namespace
}  // namespace temper::io::test

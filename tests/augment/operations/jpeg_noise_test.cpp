#include "temper/augment/operations/jpeg_noise.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "temper/augment/pixels/jpeg.h"
#include "temper/core/error.h"
#include "tests/augment/distribution.h"
#include "tests/augment/noise.h"

namespace temper::augment {
namespace {

/// @param notes  gets the quality, if the image was compressed
io::Image applied(const JpegNoise& options, const io::Image& image, std::uint64_t seed,
                  std::vector<Applied>& notes) {
  Frame frame;
  frame.record(&notes);
  frame.begin(image);
  Random random(seed, Purpose::augment);
  apply(options, frame, random);
  return frame.pixels();
}

TEST(JpegNoiseOperation, CompressesWithEveryQualityOfItsRange) {
  const auto image = noise(19, 24, 3);
  std::set<double> qualities;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::vector<Applied> notes;
    const auto found = applied(
        {.p = 1, .quality_low = 40, .quality_high = 44, .subsampling = io::Subsampling::none},
        image, seed, notes);
    ASSERT_EQ(notes.size(), 1U);
    EXPECT_EQ(notes[0].name, "jpeg_noise");
    qualities.insert(notes[0].value);
    auto expected = image;
    jpeg(expected, static_cast<int>(notes[0].value), io::Subsampling::none);
    ASSERT_EQ(found, expected);
  }
  EXPECT_EQ(qualities, (std::set<double>{40, 41, 42, 43, 44}));
}

TEST(JpegNoiseOperation, DrawsEveryQualityEquallyOften) {
  const auto image = noise(1, 1, 1);
  std::map<double, int> counts;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    std::vector<Applied> notes;
    applied({.p = 1, .quality_low = 30, .quality_high = 39}, image, seed, notes);
    ++counts[notes.at(0).value];
  }
  expect_equal_shares(counts, 10);
}

TEST(JpegNoiseOperation, CompressesAsOftenAsItsProbabilitySays) {
  const auto image = noise(8, 8, 1);
  int compressed = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    std::vector<Applied> notes;
    const auto result =
        applied({.p = 0.3, .quality_low = 5, .quality_high = 5}, image, seed, notes);
    EXPECT_EQ(notes.empty(), result == image);
    compressed += static_cast<int>(!notes.empty());
  }
  EXPECT_NEAR(compressed, 300, 75);
}

TEST(JpegNoiseOperation, TakesImagesOfAnySize) {
  for (const auto& image : {noise(1, 1, 3), noise(1, 17, 1), noise(17, 1, 3)}) {
    std::vector<Applied> notes;
    const auto result = applied({.p = 1}, image, 1, notes);
    EXPECT_EQ(result.height, image.height);
    EXPECT_EQ(result.width, image.width);
    EXPECT_EQ(result.channels, image.channels);
  }
}

TEST(JpegNoiseOperation, RefusesARangeThatIsUpsideDown) {
  EXPECT_NO_THROW(JpegNoise{}.check());
  EXPECT_THROW((JpegNoise{.quality_low = 96}.check()), Error);
}

}  // namespace
}  // namespace temper::augment

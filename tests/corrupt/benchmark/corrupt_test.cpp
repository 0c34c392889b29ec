// Every corruption at every severity, on pictures of many sizes.
#include "temper/corrupt/benchmark/corrupt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "temper/core/error.h"
#include "tests/corrupt/pictures.h"

namespace temper::corrupt {
namespace {

using ::testing::HasSubstr;

constexpr std::array kDialects{Dialect::hendrycks, Dialect::imagecorruptions};

io::Image corrupted(const io::Image& image, Kind kind, int severity, const Options& options = {},
                    std::uint64_t seed = 1, std::uint64_t index = 0) {
  auto result = image;
  auto draws = draws_for(seed, kind, severity, index);
  Workspace memory;
  corrupt(result, kind, severity, options, draws, memory);
  return result;
}

class EveryKind : public ::testing::TestWithParam<int> {
 protected:
  Kind kind = static_cast<Kind>(GetParam());
};

std::string name_of_case(const ::testing::TestParamInfo<int>& parameter) {
  return std::string(name_of(static_cast<Kind>(parameter.param)));
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryKind, ::testing::Range(0, kKinds), name_of_case);

TEST_P(EveryKind, KeepsTheSizeOfAnyPicture) {
  constexpr std::array<std::array<int, 2>, 8> sizes{
      {{1, 1}, {1, 7}, {7, 1}, {2, 2}, {5, 3}, {29, 37}, {33, 33}, {40, 21}}};
  Workspace memory;  // as it is from picture to picture
  for (const auto dialect : kDialects)
    for (const auto& [height, width] : sizes)
      for (const int channels : {1, 3})
        for (int severity = 1; severity <= kSeverities; ++severity)
          for (const auto constants : {ConstantSet::imagenet, ConstantSet::cifar}) {
            auto image = picture(height, width, channels);
            auto draws = draws_for(1, kind, severity, 0);
            corrupt(image, kind, severity, {.dialect = dialect, .constants = constants}, draws,
                    memory);
            EXPECT_EQ(image.height, height);
            EXPECT_EQ(image.width, width);
            EXPECT_EQ(image.channels, channels);
            EXPECT_EQ(image.pixels.size(), image.size());
          }
}

TEST_P(EveryKind, DoesNotDependOnWhatTheMemoryWasUsedFor) {
  const auto image = picture(36, 44, 3);
  Workspace used;
  for (int other = 0; other < kKinds; ++other) {
    auto before = picture(50, 50, 3);
    auto draws = draws_for(1, static_cast<Kind>(other), 3, 0);
    corrupt(before, static_cast<Kind>(other), 3, {}, draws, used);
  }
  auto result = image;
  auto draws = draws_for(1, kind, 4, 0);
  corrupt(result, kind, 4, {}, draws, used);
  EXPECT_EQ(result, corrupted(image, kind, 4));
}

TEST_P(EveryKind, IsTheSameInEveryThread) {
  const auto image = picture(36, 44, 3);
  std::array<io::Image, 4> results;
  {
    std::vector<std::thread> threads;
    for (auto& result : results)
      threads.emplace_back([&result, &image, this] { result = corrupted(image, kind, 2); });
    for (auto& thread : threads) thread.join();
  }
  for (const auto& result : results) EXPECT_EQ(result, results[0]);
}

TEST_P(EveryKind, ChangesThePicture) {
  const int side = kind == Kind::spatter ? 224 : 64;  // drops are rare
  const auto image = picture(side, side, 3);
  for (const auto dialect : kDialects)
    for (int severity = 1; severity <= kSeverities; ++severity)
      EXPECT_NE(corrupted(image, kind, severity, {.dialect = dialect}), image) << severity;
}

TEST_P(EveryKind, RefusesOtherSeverities) {
  for (const int severity : {0, 6, -1}) {
    try {
      corrupted(picture(8, 8, 3), kind, severity);
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::usage);
      EXPECT_THAT(error.what(),
                  HasSubstr("severity " + std::to_string(severity) + "; expected 1 to 5"));
    }
  }
}

TEST(Corrupt, NoiseBlurAndToneGrowWithTheSeverity) {
  const auto image = picture(64, 64, 3);
  for (const auto kind :
       {Kind::gaussian_noise, Kind::shot_noise, Kind::impulse_noise, Kind::speckle_noise,
        Kind::gaussian_blur, Kind::brightness, Kind::contrast}) {
    double before = 0;
    for (int severity = 1; severity <= kSeverities; ++severity) {
      const double now = mean_difference(
          corrupted(image, kind, severity, {.constants = ConstantSet::imagenet}), image);
      EXPECT_GT(now, before) << name_of(kind) << " " << severity;
      before = now;
    }
  }
}

TEST(Corrupt, RandomNumbersDependOnSeedKindSeverityAndImage) {
  std::set<double> first;
  for (const std::uint64_t seed : {1, 2})
    for (const auto kind : {Kind::fog, Kind::snow})
      for (const int severity : {1, 2})
        for (const std::uint64_t image : {0, 1})
          first.insert(draws_for(seed, kind, severity, image).uniform(0, 1));
  EXPECT_EQ(first.size(), 16U);
  EXPECT_EQ(draws_for(1, Kind::fog, 1, 0).uniform(0, 1),
            draws_for(1, Kind::fog, 1, 0).uniform(0, 1));
}

TEST(Corrupt, SmallPicturesHaveTheConstantsOfCifar) {
  EXPECT_TRUE(uses_cifar(ConstantSet::automatic, 28, 28));
  EXPECT_TRUE(uses_cifar(ConstantSet::automatic, 32, 64));
  EXPECT_FALSE(uses_cifar(ConstantSet::automatic, 33, 40));
  EXPECT_FALSE(uses_cifar(ConstantSet::imagenet, 28, 28));
  EXPECT_TRUE(uses_cifar(ConstantSet::cifar, 224, 224));
  const auto image = picture(32, 32, 3);
  EXPECT_EQ(corrupted(image, Kind::contrast, 1),
            corrupted(image, Kind::contrast, 1, {.constants = ConstantSet::cifar}));
  EXPECT_NE(corrupted(image, Kind::contrast, 1),
            corrupted(image, Kind::contrast, 1, {.constants = ConstantSet::imagenet}));
}

TEST(Corrupt, DialectsDifferWhereTheyShould) {
  const auto image = picture(40, 40, 3);
  for (int k = 0; k < kKinds; ++k) {
    const auto kind = static_cast<Kind>(k);
    if (kind == Kind::zoom_blur || kind == Kind::pixelate) continue;  // by at most a few pixels
    const bool differs =
        kind == Kind::motion_blur || kind == Kind::snow || kind == Kind::elastic_transform;
    const bool equal = corrupted(image, kind, 3) ==
                       corrupted(image, kind, 3, {.dialect = Dialect::imagecorruptions});
    EXPECT_EQ(equal, !differs) << name_of(kind);
  }
}

/// Both have the same kernel; the original's results are rounded.
TEST(Corrupt, MotionBlurOfBothDialectsDiffersByRoundingAlone) {
  const auto image = picture(60, 60, 3);
  const auto rounded = corrupted(image, Kind::motion_blur, 3);
  const auto truncated =
      corrupted(image, Kind::motion_blur, 3, {.dialect = Dialect::imagecorruptions});
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    EXPECT_GE(rounded.pixels[i], truncated.pixels[i]);
    EXPECT_LE(rounded.pixels[i] - truncated.pixels[i], 1);
  }
}

TEST(Corrupt, AGrayPictureIsCorruptedLikeThreeEqualChannels) {
  const auto grey = picture(40, 44, 1);
  const auto colour = io::with_channels(grey, 3);
  for (const auto kind : {Kind::defocus_blur, Kind::glass_blur, Kind::motion_blur, Kind::zoom_blur,
                          Kind::snow, Kind::fog, Kind::brightness, Kind::contrast, Kind::pixelate,
                          Kind::elastic_transform, Kind::jpeg_compression, Kind::gaussian_blur}) {
    const auto one = corrupted(grey, kind, 3);
    const auto three = corrupted(colour, kind, 3);
    for (std::size_t i = 0; i < one.pixels.size(); ++i)
      for (std::size_t c = 0; c < 3; ++c)
        ASSERT_NEAR(one.pixels[i], three.pixels[3 * i + c], 1) << name_of(kind) << " " << i;
  }
}

TEST(Corrupt, APictureWithoutDropsKeepsItsPixels) {
  const io::Image tiny{1, 1, 3, {10, 20, 30}};
  // With these draws the noise of one pixel is below the threshold.
  for (std::uint64_t index = 0; index < 20; ++index) {
    const auto result = corrupted(tiny, Kind::spatter, 1, {}, 1, index);
    for (std::size_t c = 0; c < 3; ++c) EXPECT_GE(result.pixels[c], tiny.pixels[c] - 1);
  }
}

}  // namespace
}  // namespace temper::corrupt

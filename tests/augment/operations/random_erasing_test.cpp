// Against timm and torchvision; scripts/golden/noise.py wrote the numbers.
#include "temper/augment/operations/random_erasing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>

#include "temper/core/error.h"
#include "tests/augment/golden.h"
#include "tests/support/refusal.h"

namespace temper::augment {
namespace {

/// What a draw erases from an input of that size.
std::vector<Erasure> erasures(const RandomErasing& options, Size input, std::uint64_t seed,
                              int channels = 3) {
  io::Image image{2, 2, channels, {}};
  image.pixels.resize(image.size());
  Frame frame(input);
  frame.begin(image);
  Random random(seed, Purpose::augment);
  apply(options, frame, random);
  const auto all = frame.erasures();
  return {all.begin(), all.end()};
}

TEST(RandomErasingGolden, BoxesHaveTimmsAndTorchvisionsSizes) {
  const auto rows = Golden("noise.safetensors").values<double>("erased sizes");
  ASSERT_GE(rows.size(), 7U * 300);
  for (std::size_t i = 0; i < rows.size(); i += 7) {
    const auto whole = [&](std::size_t k) { return static_cast<std::int64_t>(rows[i + k]); };
    const auto size = erased_size({whole(0), whole(1)}, rows[i + 2], whole(3), rows[i + 4]);
    EXPECT_EQ(size.value_or(Size{}), (Size{whole(5), whole(6)}))
        << whole(0) << " x " << whole(1) << ", " << rows[i + 2] << " / " << rows[i + 3] << ", "
        << rows[i + 4];
  }
}

TEST(RandomErasingGolden, BoxesAreDistributedAsTimms) {
  const Golden golden("noise.safetensors");
  const auto expected = golden.values<double>("erased moments");
  const double share = golden.values<double>("erased share").at(0);
  constexpr int draws = 40000;
  std::array<double, 4> sum{}, squares{};
  int boxes = 0;
  for (std::uint64_t seed = 0; seed < draws; ++seed)
    for (const auto& [box, values, noise] : erasures({.p = 0.7}, {100, 150}, seed)) {
      const std::array<std::int64_t, 4> numbers{box.top, box.left, box.height, box.width};
      for (std::size_t k = 0; k < 4; ++k) {
        const auto value = static_cast<double>(numbers[k]);
        sum[k] += value;
        squares[k] += value * value;
      }
      ++boxes;
    }
  EXPECT_NEAR(static_cast<double>(boxes) / draws, share, 5 * std::sqrt(2 * 0.3 * 0.7 / draws));
  for (std::size_t k = 0; k < 4; ++k) {
    const double mean = sum[k] / boxes;
    const double deviation = std::sqrt(squares[k] / boxes - mean * mean);
    // Both means are of as many boxes: five standard errors of their difference.
    EXPECT_NEAR(mean, expected[k], 5 * deviation * std::sqrt(2.0 / boxes)) << k;
    EXPECT_NEAR(deviation, expected[4 + k], 0.03 * expected[4 + k]) << k;
  }
}

TEST(RandomErasing, FillsInItsMode) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto constant = erasures({.p = 1}, {32, 32}, seed).at(0);
    EXPECT_EQ(constant.values, (std::array<float, 3>{}));
    EXPECT_FALSE(constant.noise);
    const auto green = erasures({.p = 1, .value = {-1, 0.5, 2}}, {32, 32}, seed).at(0);
    EXPECT_EQ(green.values, (std::array<float, 3>{-1, 0.5F, 2}));
    const auto one = erasures({.p = 1, .value = {4}}, {32, 32}, seed, 1).at(0);
    EXPECT_EQ(one.values[0], 4);
    const auto rand = erasures({.p = 1, .mode = ErasingMode::rand}, {32, 32}, seed).at(0);
    EXPECT_FALSE(rand.noise);
    EXPECT_NE(rand.values[0], rand.values[1]);
    EXPECT_NE(rand.values[1], rand.values[2]);
    const auto pixel = erasures({.p = 1, .mode = ErasingMode::pixel}, {32, 32}, seed).at(0);
    EXPECT_TRUE(pixel.noise);
    EXPECT_EQ(pixel.box, constant.box) << "the mode changes no place";
    EXPECT_EQ(rand.box, constant.box);
  }
}

TEST(RandomErasing, DrawsNormalNumbersForTheModeRand) {
  double sum = 0, squares = 0;
  constexpr int draws = 2000;
  for (std::uint64_t seed = 0; seed < draws; ++seed) {
    const auto found = erasures({.p = 1, .mode = ErasingMode::rand}, {32, 32}, seed);
    for (const float value : found.at(0).values) {
      sum += value;
      squares += double{value} * value;
    }
  }
  constexpr double n = 3 * draws;
  EXPECT_NEAR(sum / n, 0, 5 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1, 5 * std::sqrt(2 / n));
}

TEST(RandomErasing, SharesTheAreaAmongItsBoxes) {
  std::set<std::size_t> counts;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto boxes = erasures({.p = 1, .min_count = 2, .max_count = 4}, {64, 64}, seed);
    counts.insert(boxes.size());
    for (const auto& erasure : boxes) {
      const Box& box = erasure.box;
      EXPECT_TRUE(box.inside({64, 64}));
      const auto most = 64.0 * 64 / 3 / static_cast<double>(boxes.size());
      // Both sides are rounded by at most a half.
      EXPECT_LE((static_cast<double>(box.height) - 0.5) * (static_cast<double>(box.width) - 0.5),
                most);
    }
  }
  EXPECT_EQ(counts, (std::set<std::size_t>{2, 3, 4}));
}

TEST(RandomErasing, StaysWithinItsRangesAndInside) {
  const RandomErasing options{
      .p = 1, .scale_low = 0.1, .scale_high = 0.2, .ratio_low = 0.5, .ratio_high = 0.8};
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const auto box = erasures(options, {200, 300}, seed).at(0).box;
    EXPECT_TRUE(box.inside({200, 300}));
    const auto height = static_cast<double>(box.height);
    const auto width = static_cast<double>(box.width);
    EXPECT_NEAR(height * width / 60000, 0.15, 0.055);
    EXPECT_NEAR(height / width, 0.65, 0.17);
  }
}

TEST(RandomErasing, LeavesInputsThatAreTooSmallForABox) {
  for (const Size input : {Size{1, 1}, {1, 9}, {9, 1}, {2, 2}})
    for (std::uint64_t seed = 0; seed < 50; ++seed)
      for (const auto& erasure : erasures({.p = 1, .mode = ErasingMode::pixel}, input, seed)) {
        EXPECT_TRUE(erasure.box.inside(input));
        EXPECT_LT(erasure.box.height, input.height);
        EXPECT_LT(erasure.box.width, input.width);
      }
  EXPECT_TRUE(erasures({.p = 0}, {32, 32}, 1).empty());
}

TEST(RandomErasing, SaysWhatItErased) {
  const io::Image image{2, 2, 1, std::vector<std::uint8_t>(4)};
  Frame frame({32, 32});
  std::vector<Applied> notes;
  frame.record(&notes);
  frame.begin(image);
  Random random(1, Purpose::augment);
  apply(RandomErasing{.p = 1}, frame, random);
  const auto box = frame.erasures().front().box;
  EXPECT_EQ(notes, (std::vector<Applied>{
                       {"random_erasing", static_cast<double>(box.height * box.width), "pixels"}}));
}

std::string message(const RandomErasing& options) {
  return temper::testing::refusal([&] { options.check(); });
}

TEST(RandomErasing, RefusesOptionsThatContradictEachOther) {
  using ::testing::HasSubstr;
  EXPECT_EQ(message({}), "(not refused)");
  EXPECT_EQ(message({.scale_low = 0.5, .scale_high = 0.2}),
            "random_erasing: scale_low = 0.5 is larger than scale_high = 0.2");
  EXPECT_THAT(message({.ratio_low = 5}), HasSubstr("ratio_low = 5 is larger than ratio_high"));
  EXPECT_EQ(message({.min_count = 2}),
            "random_erasing: min_count = 2 is larger than max_count = 1");
  EXPECT_THAT(message({.value = {1, 2}}), HasSubstr("value has 2 numbers; expected one, or three"));
  EXPECT_THAT(message({.value = {}}), HasSubstr("value has 0 numbers"));
  EXPECT_THAT(message({.mode = ErasingMode::pixel, .value = {1}}),
              HasSubstr("mode = \"pixel\" does not use value"));
  EXPECT_EQ(message({.value = {1, 2, 3}}), "(not refused)");
}

TEST(RandomErasing, RefusesThreeValuesForOneChannel) {
  EXPECT_THAT([] { erasures({.p = 1, .value = {1, 2, 3}}, {32, 32}, 1, 1); },
              ::testing::ThrowsMessage<Error>(::testing::HasSubstr(
                  "random_erasing: value has 3 numbers, but images have 1 channel")));
}

}  // namespace
}  // namespace temper::augment

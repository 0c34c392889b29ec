// Draws, notes and refusals of the geometric operations; their pixels are tested in pixels/.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "temper/augment/pipeline/pipeline.h"
#include "temper/core/error.h"
#include "tests/augment/distribution.h"
#include "tests/augment/noise.h"
#include "tests/support/refusal.h"

namespace temper::augment {
namespace {

using temper::testing::refusal;

/// What an operation says that it did to an image, by name, and the pixels.
struct Result {
  std::map<std::string, double> did;
  io::Image pixels;
};

Result result(const Operation& operation, const io::Image& image, std::uint64_t sample) {
  Frame frame({image.height, image.width});
  frame.begin(image);
  std::vector<Trace> traces;
  const Applier apply({.seed = 5, .sample = sample}, frame, &traces);
  const std::vector operations{operation};
  apply(operations);
  Result found;
  for (const auto& one : traces.at(0).applied) found.did[one.name] = one.value;
  found.pixels = frame.pixels();
  return found;
}

/// The values of a note over many images.
std::vector<double> values_of(const Operation& operation, const std::string& name, int n) {
  const io::Image image = noise(20, 40, 1);
  std::vector<double> values;
  for (int i = 0; i < n; ++i) {
    const auto did = result(operation, image, static_cast<std::uint64_t>(i)).did;
    if (const auto found = did.find(name); found != did.end()) values.push_back(found->second);
  }
  return values;
}

void expect_uniform(const std::vector<double>& values, double low, double high) {
  double sum = 0, squares = 0;
  for (const double value : values) {
    EXPECT_GE(value, low);
    EXPECT_LE(value, high);
    sum += value;
    squares += value * value;
  }
  const auto n = static_cast<double>(values.size());
  const double mean = sum / n, deviation = (high - low) / std::sqrt(12.0);
  EXPECT_NEAR(mean, (low + high) / 2, 5 * deviation / std::sqrt(n));
  EXPECT_NEAR(std::sqrt(squares / n - mean * mean), deviation, 0.05 * deviation + 0.2);
}

TEST(Geometry, StrengthsAreUniformWithBothSigns) {
  constexpr int n = 3000;
  expect_uniform(values_of(Rotate{.degrees_low = -30, .degrees_high = 60}, "rotate", n), -30, 60);
  expect_uniform(values_of(Shear{.x_low = -20, .x_high = 20}, "shear_x", n), -20, 20);
  expect_uniform(values_of(Shear{.y_low = -10, .y_high = 40}, "shear_y", n), -10, 40);
  expect_uniform(values_of(Zoom{.scale_low = 1, .scale_high = 9}, "zoom", n), 1, 9);
  const RandomAffine affine{.degrees_low = -90,
                            .degrees_high = 30,
                            .scale_low = 1,
                            .scale_high = 9,
                            .shear_x_low = -20,
                            .shear_x_high = 20,
                            .shear_y_low = -30,
                            .shear_y_high = 30};
  expect_uniform(values_of(affine, "rotate", n), -30, 90);  // the note is counterclockwise
  expect_uniform(values_of(affine, "zoom", n), 1, 9);
  expect_uniform(values_of(affine, "shear_x", n), -20, 20);
  expect_uniform(values_of(affine, "shear_y", n), -30, 30);
}

// The image is 20 pixels high and 40 wide.
TEST(Geometry, ShiftsAreSharesOfTheirOwnSide) {
  for (const Operation& operation :
       {Operation(Translate{.x = 0.25, .y = 0.4}),
        Operation(RandomAffine{.translate_x = 0.25, .translate_y = 0.4})}) {
    expect_uniform(values_of(operation, "translate_x", 3000), -10, 10);
    expect_uniform(values_of(operation, "translate_y", 3000), -8, 8);
  }
  for (const double value : values_of(Translate{}, "translate_x", 50))
    EXPECT_EQ(value, std::nearbyint(value));
}

TEST(Geometry, OperationsApplyWithTheirProbability) {
  constexpr int n = 2000;
  const std::map<std::string, Operation> operations{{"rotate", Rotate{.p = 0.3}},
                                                    {"shear_x", Shear{.p = 0.3}},
                                                    {"translate_x", Translate{.p = 0.3}},
                                                    {"zoom", Zoom{.p = 0.3}},
                                                    {"translate_y", RandomAffine{.p = 0.3}},
                                                    {"perspective", RandomPerspective{.p = 0.3}},
                                                    {"elastic", Elastic{.sigma = 1, .p = 0.3}},
                                                    {"vertical_flip", VerticalFlip{.p = 0.3}}};
  for (const auto& [name, operation] : operations) {
    const auto applied = values_of(operation, name, n).size();
    EXPECT_NEAR(static_cast<double>(applied), 0.3 * n, 5 * std::sqrt(0.21 * n)) << name;
  }
}

TEST(Geometry, EverySizeAndInterpolationIsDefined) {
  for (const auto& image :
       {noise(1, 1, 3), noise(1, 7, 1), noise(7, 1, 3), noise(2, 2, 3), noise(3, 50, 1)})
    for (const auto how : {Interpolation::nearest, Interpolation::bilinear, Interpolation::bicubic})
      for (std::uint64_t i = 0; i < 20; ++i) {
        for (const Operation& operation :
             {Operation(Rotate{.interpolation = how}), Operation(Shear{.interpolation = how}),
              Operation(Zoom{.interpolation = how}), Operation(RandomAffine{.interpolation = how}),
              Operation(RandomPerspective{.distortion_scale = 1, .interpolation = how, .p = 1}),
              Operation(Translate{}), Operation(Elastic{})}) {
          const auto pixels = result(operation, image, i).pixels;
          EXPECT_EQ(pixels.height, image.height);
          EXPECT_EQ(pixels.width, image.width);
          EXPECT_EQ(pixels.channels, image.channels);
        }
      }
}

TEST(Geometry, CornersMoveInwardsByUpToTheirShare) {
  const Size image{30, 41};
  const Corners start = corners_of(image);
  EXPECT_EQ(start[2], (Corner{40, 29}));
  std::set<double> seen_x, seen_y;
  for (std::uint64_t i = 0; i < 500; ++i) {
    Random random(1, Purpose::inspect, {i});
    const Corners end = random_corners(0.3, image, random);
    for (std::size_t k = 0; k < 4; ++k) {
      const double x = (k == 1 || k == 2 ? -1 : 1) * (end[k].x - start[k].x);
      const double y = (k >= 2 ? -1 : 1) * (end[k].y - start[k].y);
      seen_x.insert(x);
      seen_y.insert(y);
    }
  }
  // floor(0.3 * 20) and floor(0.3 * 15)
  EXPECT_EQ(seen_x, (std::set<double>{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(seen_y, (std::set<double>{0, 1, 2, 3, 4}));
}

TEST(Geometry, EveryCornerMovesByEachNumberOfPixelsEquallyOften) {
  const Size image{30, 41};
  const Corners start = corners_of(image);
  std::array<std::map<double, int>, 4> across, down;
  for (std::uint64_t i = 0; i < 4000; ++i) {
    Random random(2, Purpose::inspect, {i});
    const Corners end = random_corners(0.3, image, random);
    for (std::size_t k = 0; k < 4; ++k) {
      ++across[k][std::abs(end[k].x - start[k].x)];
      ++down[k][std::abs(end[k].y - start[k].y)];
    }
  }
  for (std::size_t k = 0; k < 4; ++k) {
    expect_equal_shares(across[k], 7);
    expect_equal_shares(down[k], 5);
  }
}

TEST(Geometry, ElasticFieldsFollowFromOneNumber) {
  const Size size{12, 15};
  Random first(1, Purpose::inspect), same(1, Purpose::inspect), other(2, Purpose::inspect);
  std::vector<Draw> draws;
  first.record(draws);
  Displacement a, b, c;
  const Elastic options{.alpha = 2, .sigma = 0};
  random_displacement(options, size, first, a);
  random_displacement(options, size, same, b);
  random_displacement(options, size, other, c);
  EXPECT_EQ(draws.size(), 1U);
  EXPECT_EQ(a.right, b.right);
  EXPECT_EQ(a.down, b.down);
  EXPECT_NE(a.right, c.right);
  EXPECT_NE(a.right, a.down);
  // Without a blur they are uniform in [-alpha / 2, alpha / 2].
  EXPECT_EQ(a.right.size(), 12U * 15);
  expect_uniform({a.right.begin(), a.right.end()}, -1, 1);
}

TEST(Geometry, RandomCropsAreUniformOverTheirPlaces) {
  std::map<std::pair<std::int64_t, std::int64_t>, int> seen;
  constexpr int n = 6000;
  for (std::uint64_t i = 0; i < n; ++i) {
    Random random(1, Purpose::inspect, {i});
    const Box box = random_box({.padding = 1}, {8, 7}, {8, 8}, random);
    EXPECT_EQ(box.size(), (Size{8, 8}));
    ++seen[{box.top, box.left}];
  }
  ASSERT_EQ(seen.size(), 6U);  // -1 to 1 down, -1 to 0 across
  for (const auto& [place, count] : seen) EXPECT_NEAR(count, n / 6.0, 5 * std::sqrt(n / 6.0));
}

TEST(Geometry, RandomCropsPadSmallerImagesOnBothSides) {
  std::set<std::int64_t> tops;
  for (std::uint64_t i = 0; i < 200; ++i) {
    Random random(1, Purpose::inspect, {i});
    const Box box = random_box({.pad_if_needed = true}, {5, 9}, {8, 8}, random);
    tops.insert(box.top);
    EXPECT_GE(box.left, 0);
    EXPECT_LE(box.left, 1);
  }
  EXPECT_EQ(tops, (std::set<std::int64_t>{-3, -2, -1, 0}));
}

TEST(Geometry, ACropThatIsLargerThanThePaddedImageIsRefused) {
  const auto crop = [] {
    Random random(1, Purpose::inspect);
    (void)random_box({.padding = 1}, {5, 9}, {8, 8}, random);
  };
  EXPECT_EQ(refusal(Code::usage, crop),
            "random_crop takes 8 x 8 pixels out of an image of 5 x 9 with 1 pixels of padding on "
            "each side; set pad_if_needed, more padding or a smaller size, or resize before");
}

TEST(Geometry, OptionsThatContradictEachOtherAreRefused) {
  const auto message = [](const Operation& operation) {
    return refusal([&] { const Pipeline pipeline({operation}, {{0}, {1}}, {4, 4}); });
  };
  EXPECT_EQ(message(Rotate{.degrees_low = 5, .degrees_high = -5}),
            "rotate: degrees_low = 5 is larger than degrees_high = -5");
  EXPECT_EQ(message(Shear{.x_low = 16}), "shear: x_low = 16 is larger than x_high = 15");
  EXPECT_EQ(message(Shear{.y_low = 1}), "shear: y_low = 1 is larger than y_high = 0");
  EXPECT_EQ(message(Zoom{.scale_low = 2}), "zoom: scale_low = 2 is larger than scale_high = 1.25");
  EXPECT_EQ(message(RandomAffine{.shear_x_low = 1}),
            "affine: shear_x_low = 1 is larger than shear_x_high = 0");
  EXPECT_EQ(message(Rotate{.interpolation = Interpolation::lanczos}),
            "rotate: interpolation = \"lanczos\", which only resizes have; expected nearest, "
            "bilinear or bicubic");
  for (const Operation& operation :
       {Operation(Shear{.interpolation = Interpolation::box}),
        Operation(Zoom{.interpolation = Interpolation::box}),
        Operation(RandomAffine{.interpolation = Interpolation::box}),
        Operation(RandomPerspective{.interpolation = Interpolation::box}),
        Operation(Elastic{.interpolation = Interpolation::bicubic})})
    EXPECT_NE(message(operation), "(not refused)");
  EXPECT_EQ(message(Elastic{}), "(not refused)");
}

TEST(Geometry, CenterCropsPadWithTheBorderAndTheFill) {
  const io::Image image{1, 2, 1, {5, 6}};
  const auto row = [&](const CenterCrop& options) {
    return result(options, image, 0).pixels.pixels;
  };
  using Samples = std::vector<std::uint8_t>;
  EXPECT_EQ(row({.size = {4}}), (Samples{0, 0, 0, 0, 0, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(row({.size = {4}, .fill = 9}),
            (Samples{9, 9, 9, 9, 9, 5, 6, 9, 9, 9, 9, 9, 9, 9, 9, 9}));
  EXPECT_EQ(row({.size = {4}, .padding_mode = Border::edge}),
            (Samples{5, 5, 6, 6, 5, 5, 6, 6, 5, 5, 6, 6, 5, 5, 6, 6}));
}

TEST(RandomResizedCrop, IsBilinearOrBicubicAtRandom) {
  const io::Image image = noise(20, 40, 1);
  int bicubic = 0;
  constexpr int kImages = 400;
  for (std::uint64_t sample = 0; sample < kImages; ++sample) {
    const auto by = [&](CropInterpolation interpolation) {
      return result(RandomResizedCrop{.interpolation = interpolation}, image, sample).pixels.pixels;
    };
    const auto drawn = by(CropInterpolation::random);
    const bool is_bicubic = drawn == by(CropInterpolation::bicubic);
    ASSERT_TRUE(is_bicubic || drawn == by(CropInterpolation::bilinear)) << sample;
    bicubic += is_bicubic ? 1 : 0;
  }
  EXPECT_NEAR(bicubic, kImages / 2, 40);  // four standard deviations
}

}  // namespace
}  // namespace temper::augment

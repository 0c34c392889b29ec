// Against Pillow and torchvision; scripts/golden/warp.py wrote the pixels.
#include "temper/augment/pixels/warp.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "temper/augment/pixels/border.h"
#include "temper/augment/pixels/elastic.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/io/format/safetensors.h"
#include "tests/augment/golden.h"
#include "tests/augment/noise.h"
#include "tests/augment/targets.h"
#include "tests/support/golden.h"

namespace temper::augment {
namespace {

template <class Enum>
Enum named(const std::string& name) {
  const auto& names = EnumNames<Enum>::value;
  const auto found = std::ranges::find(names, name);
  EXPECT_NE(found, names.end()) << name;
  return static_cast<Enum>(found - names.begin());
}

/// A tensor of the file with its name parsed: "rotate colour bilinear 9 77 200 27.0".
struct Case {
  std::string name;
  io::Image image;  ///< what is transformed
  std::string how;
  Fill fill;
  std::vector<double> numbers;
  io::Image expected;

  [[nodiscard]] Interpolation interpolation() const { return named<Interpolation>(how); }
};

class WarpGolden : public ::testing::Test {
 protected:
  template <class T>
  [[nodiscard]] std::vector<T> values(const std::string& name) const {
    return Golden::values<T>(file.at(name));
  }

  [[nodiscard]] io::Image image(const std::string& name) const {
    return Golden::image(file.at(name));
  }

  /// @param filled  the first three numbers are the color outside
  [[nodiscard]] std::vector<Case> cases(const std::string& kind, bool filled = true) const {
    std::vector<Case> result;
    for (const auto& tensor : file.tensors()) {
      std::istringstream words(tensor.name);
      std::string first, subject;
      words >> first >> subject;
      if (first != kind) continue;
      Case item{.name = tensor.name, .image = image("image " + subject)};
      words >> item.how;
      for (double number = 0; words >> number;) item.numbers.push_back(number);
      if (filled) {
        for (std::size_t c = 0; c < 3; ++c)
          item.fill.channels[c] = static_cast<std::uint8_t>(item.numbers[c]);
        item.numbers.erase(item.numbers.begin(), item.numbers.begin() + 3);
      }
      item.expected = image(tensor.name);
      result.push_back(std::move(item));
    }
    EXPECT_GE(result.size(), 2U) << kind;
    return result;
  }

  /// Expects these pixels after `change` with all instructions.
  void expect_pixels(const std::string& kind,
                     const std::function<void(Frame&, const Case&)>& change) const {
    const auto all = cases(kind);
    for_each_target([&] {
      Frame frame;
      for (const auto& item : all) {
        SCOPED_TRACE(item.name);
        frame.begin(item.image);
        change(frame, item);
        EXPECT_EQ(frame.pixels(), item.expected);
      }
    });
  }

  io::Safetensors file{temper::testing::golden_path("augment/warp.safetensors")};
};

TEST_F(WarpGolden, RotationsArePillows) {
  expect_pixels("rotate", [](Frame& frame, const Case& item) {
    frame.rotate(item.numbers[0], item.interpolation(), item.fill);
  });
}

Affine affine_of(const std::vector<double>& numbers) {
  Affine result;
  std::copy_n(numbers.begin(), 6, result.c.begin());
  return result;
}

TEST_F(WarpGolden, AffineTransformsArePillowsAlsoWhenTheyAreOnlyMoves) {
  expect_pixels("affine", [](Frame& frame, const Case& item) {
    frame.warp(affine_of(item.numbers), item.interpolation(), item.fill);
  });
  for (const auto& item : cases("affine")) {
    io::Image to = item.image;
    warp(item.image, to, affine_of(item.numbers), item.interpolation(), item.fill);
    EXPECT_EQ(to, item.expected) << item.name;
  }
}

TEST_F(WarpGolden, PerspectiveTransformsArePillows) {
  expect_pixels("perspective", [](Frame& frame, const Case& item) {
    Perspective inverse;
    std::copy_n(item.numbers.begin(), 8, inverse.c.begin());
    frame.warp(inverse, item.interpolation(), item.fill);
  });
}

TEST_F(WarpGolden, AffinePartsAreTorchvisions) {
  expect_pixels("parts", [](Frame& frame, const Case& item) {
    const auto& n = item.numbers;
    const AffineParts parts{n[0], n[1], n[2], n[3], n[4], n[5]};
    frame.warp(affine(parts, n[6], n[7]), item.interpolation(), item.fill);
  });
}

Corners corners(const double* numbers) {
  Corners result;
  for (std::size_t k = 0; k < 4; ++k) result[k] = {numbers[2 * k], numbers[2 * k + 1]};
  return result;
}

TEST_F(WarpGolden, TransformsOfCornersAreTorchvisions) {
  const auto rows = values<double>("corners");
  ASSERT_GE(rows.size(), 24U * 20);
  for (std::size_t i = 0; i < rows.size(); i += 24) {
    const auto found = perspective(corners(&rows[i]), corners(&rows[i + 8]));
    ASSERT_TRUE(found.has_value()) << i / 24;
    // Both round to float.
    for (std::size_t k = 0; k < 8; ++k)
      EXPECT_NEAR(found->c[k], rows[i + 16 + k], 1e-12 + 1.2e-7 * std::abs(rows[i + 16 + k]))
          << i / 24 << ", " << k;
  }
  expect_pixels("moved_corners", [](Frame& frame, const Case& item) {
    const Corners start{{{0, 0}, {15, 0}, {15, 15}, {0, 15}}};
    frame.warp(perspective(start, corners(item.numbers.data())).value(), item.interpolation(),
               item.fill);
  });
}

TEST_F(WarpGolden, BordersAreTorchvisions) {
  for (const auto& item : cases("pad")) {
    SCOPED_TRACE(item.name);
    const auto at = [&](std::size_t k) { return static_cast<std::int64_t>(item.numbers[k]); };
    const Box box{at(0), at(1), at(2), at(3)};
    const auto border = named<Border>(item.how);
    io::Image to;
    crop(item.image, to, box, border, item.fill);
    EXPECT_EQ(to, item.expected);
    Frame frame;
    frame.begin(item.image);
    frame.crop(box, border, item.fill);
    EXPECT_EQ(frame.pixels(), item.expected);
  }
}

/// The tensors "noise grey 30.0 0.0" or "displacement grey 30.0 0.0", right before down.
Displacement field(const io::Image& image, const std::vector<float>& both) {
  const auto half = std::ssize(both) / 2;
  Displacement result;
  result.size = {image.height, image.width};
  result.right.assign(both.begin(), both.begin() + half);
  result.down.assign(both.begin() + half, both.end());
  return result;
}

TEST_F(WarpGolden, ElasticTransformsAreTorchvisions) {
  for (const auto& item : cases("elastic")) {
    SCOPED_TRACE(item.name);
    std::istringstream words(item.name);
    std::string skipped, subject, alpha, sigma;
    words >> skipped >> subject >> skipped >> skipped >> skipped >> skipped >> alpha >> sigma;
    const auto of = [&](const std::string& kind) {
      std::string name = kind;
      for (const auto& word : {subject, alpha, sigma}) name += " " + word;
      return field(item.image, values<float>(name));
    };
    const auto expected = of("displacement");
    auto found = of("noise");
    smooth(found, item.numbers[0], item.numbers[1]);
    for (std::size_t i = 0; i < expected.right.size(); ++i) {
      ASSERT_NEAR(found.right[i], expected.right[i], 1e-4F) << i;
      ASSERT_NEAR(found.down[i], expected.down[i], 1e-4F) << i;
    }
    io::Image to = item.image;
    displace(item.image, to, expected, item.interpolation(), item.fill);
    for (std::size_t i = 0; i < to.pixels.size(); ++i)
      ASSERT_NEAR(to.pixels[i], item.expected.pixels[i], 1) << i;
  }
}

TEST(Elastic, FieldsAreTheSameBitsWithAllInstructions) {
  std::vector<Displacement> seen;
  for_each_target([&] {
    Displacement noise;
    noise.size = {19, 37};
    Random random(1, Purpose::inspect);
    for (auto* one : {&noise.right, &noise.down})
      for (int i = 0; i < 19 * 37; ++i) one->push_back(static_cast<float>(random.uniform(-1, 1)));
    smooth(noise, 40, 3.3);
    seen.push_back(std::move(noise));
  });
  for (const auto& one : seen) {
    EXPECT_EQ(one.right, seen.front().right);
    EXPECT_EQ(one.down, seen.front().down);
  }
}

TEST(Elastic, TheSmallestDeviationsBlurNothing) {
  const Displacement noise{.size = {1, 3}, .right = {0.5F, -1, 0.25F}, .down = {-0.5F, 0, 1}};
  auto plain = noise, tiny = noise;
  smooth(plain, 4, 0);
  smooth(tiny, 4, 1e-46);
  EXPECT_EQ(plain.right, (std::vector<float>{1, -2, 0.5F}));
  EXPECT_EQ(tiny.right, plain.right);
  EXPECT_EQ(tiny.down, plain.down);
}

/// A black image with one white pixel.
io::Image spot(int y, int x) {
  io::Image image{21, 31, 1, std::vector<std::uint8_t>(21 * 31)};
  image.pixels[static_cast<std::size_t>(y * 31 + x)] = 255;
  return image;
}

struct Point {
  double y;
  double x;
};

/// The center of what is not black.
Point center(const io::Image& image) {
  double sum = 0, y = 0, x = 0;
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const double value = image.pixels[i];
    sum += value;
    y += value * static_cast<double>(i / static_cast<std::size_t>(image.width));
    x += value * static_cast<double>(i % static_cast<std::size_t>(image.width));
  }
  return {y / sum, x / sum};
}

Point moved(int y, int x, const std::function<void(Frame&)>& change) {
  const io::Image image = spot(y, x);
  Frame frame;
  frame.begin(image);
  change(frame);
  return center(frame.pixels());
}

Point moved(int y, int x, const Affine& inverse) {
  return moved(y, x, [&](Frame& f) { f.warp(inverse, Interpolation::bilinear, {}); });
}

// (10, 15) is the center.
TEST(Warp, SignsAreThePublishedOnes) {
  const Size size{21, 31};
  // 8 pixels to the right of the center, turned counterclockwise by 30 degrees: 4 pixels up.
  const auto turned = [](double degrees) {
    return moved(10, 23, [&](Frame& f) { f.rotate(degrees, Interpolation::bilinear, {}); });
  };
  EXPECT_NEAR(turned(30).y, 6, 0.3);
  EXPECT_NEAR(turned(30).x, 15 + 8 * std::cos(0.5236), 0.3);
  EXPECT_NEAR(turned(-30).y, 14, 0.3);
  // torchvision's affine turns the other way.
  EXPECT_NEAR(moved(10, 23, affine({.degrees = 30}, size)).y, 14, 0.3);
  EXPECT_NEAR(moved(10, 23, affine({.degrees = -30}, size)).y, 6, 0.3);
  EXPECT_NEAR(moved(10, 23, affine({.scale = 1.5}, size)).x, 27, 0.3);
  EXPECT_NEAR(moved(10, 23, affine({.scale = 0.5}, size)).x, 19, 0.3);
  EXPECT_NEAR(moved(10, 23, translation(3, -2)).x, 26, 1e-9);
  EXPECT_NEAR(moved(10, 23, translation(3, -2)).y, 8, 1e-9);
  EXPECT_NEAR(moved(10, 23, affine({.right = -3, .down = 2}, size)).x, 20, 1e-9);
  EXPECT_NEAR(moved(10, 23, affine({.right = -3, .down = 2}, size)).y, 12, 1e-9);
  // Sheared by a positive factor, lower rows move to the left and columns further right move up.
  EXPECT_NEAR(moved(10, 23, shear_x(0.4)).x, 23 - 0.4 * 10.5, 0.3);
  EXPECT_NEAR(moved(10, 23, shear_x(-0.4)).x, 23 + 0.4 * 10.5, 0.3);
  EXPECT_NEAR(moved(10, 23, shear_x(0.4, 10.5)).x, 23, 0.3);
  EXPECT_NEAR(moved(15, 10, shear_y(0.4)).y, 15 - 0.4 * 10.5, 0.3);
  EXPECT_NEAR(moved(15, 10, shear_y(-0.4)).y, 15 + 0.4 * 10.5, 0.3);
  EXPECT_NEAR(moved(15, 15, affine({.shear_x = 30}, size)).x, 15 - 5 * std::tan(0.5236), 0.3);
}

constexpr std::array kMethods{Interpolation::nearest, Interpolation::bilinear,
                              Interpolation::bicubic};

TEST(Warp, ByNothingChangesNothing) {
  for (const auto& image : {noise(9, 14, 3), noise(14, 9, 1), noise(1, 1, 3), noise(1, 5, 1)}) {
    const Size size{image.height, image.width};
    for (const auto how : kMethods) {
      for (const auto& inverse : {Affine{}, rotation(size, 0), shear_x(0), shear_y(0),
                                  translation(0, 0), affine({}, size), affine({}, 0, 0)}) {
        io::Image to = image;
        warp(image, to, inverse, how, Fill::all(7));
        EXPECT_EQ(to, image);
        Frame frame;
        frame.begin(image);
        frame.warp(inverse, how, Fill::all(7));
        EXPECT_EQ(frame.geometry().window, whole(size)) << "nothing pending";
        EXPECT_EQ(frame.pixels(), image);
      }
      io::Image to = image;
      warp(image, to, Perspective{}, how, Fill::all(7));
      EXPECT_EQ(to, image);
    }
  }
}

TEST(Warp, MovesOfWholePixelsAndHalfTurnsStayPending) {
  const io::Image image = noise(8, 11, 3);
  Frame frame;
  for (const auto how : kMethods) {
    frame.begin(image);
    frame.warp(translation(2, -1), how, {});
    EXPECT_EQ(frame.geometry().window, (Box{1, -2, 8, 11}));
  }
  frame.begin(image);
  frame.warp(translation(1.7, -0.2), Interpolation::nearest, {});
  EXPECT_EQ(frame.geometry().window, (Box{0, -2, 8, 11}));
  frame.begin(image);
  frame.rotate(-180, Interpolation::bilinear, {});
  EXPECT_TRUE(frame.geometry().flipped);
  EXPECT_TRUE(frame.geometry().upside_down);
}

TEST(Warp, PendingMovesHaveThePixelsOfTheTransform) {
  Random random(3, Purpose::inspect);
  for (std::uint64_t i = 0; i < 300; ++i) {
    const io::Image image = noise(static_cast<int>(1 + random.below(12)),
                                  static_cast<int>(1 + random.below(12)), i % 2 == 0 ? 1 : 3, i);
    const auto shift = [&] { return std::round(random.uniform(-300, 300)) / 20; };
    const Affine inverse = translation(shift(), shift());
    const auto how = kMethods[i % 3];
    const Fill fill{{1, 2, 3}};
    io::Image to = image;
    warp(image, to, inverse, how, fill);
    Frame frame;
    frame.begin(image);
    frame.warp(inverse, how, fill);
    ASSERT_EQ(frame.pixels(), to) << i;
  }
}

TEST(Warp, QuarterTurnsAndHalfTurnsUndoOneAnother) {
  for (const auto& image : {noise(9, 9, 3), noise(6, 6, 1), noise(5, 8, 3)}) {
    Frame frame;
    for (const double degrees : {90.0, -90.0, 180.0, 270.0, 450.0}) {
      if (image.height != image.width && degrees != 180) continue;
      frame.begin(image);
      frame.rotate(degrees, Interpolation::bicubic, {});
      EXPECT_NE(frame.pixels(), image);
      frame.rotate(-degrees, Interpolation::bicubic, {});
      EXPECT_EQ(frame.pixels(), image) << degrees;
    }
  }
}

TEST(Warp, TurningBackGivesNearlyTheSame) {
  io::Image image{60, 60, 3, {}};
  for (int y = 0; y < 60; ++y)
    for (int x = 0; x < 60; ++x)
      for (int c = 0; c < 3; ++c)
        image.pixels.push_back(
            static_cast<std::uint8_t>(128 + 50 * std::sin(0.1 * x + c) + 50 * std::cos(0.12 * y)));
  const auto both = [](const Affine& there, const Affine& again) {
    return std::pair(there, again);
  };
  const Size size{60, 60};
  for (const auto& [there, again] :
       {both(rotation(size, 20), rotation(size, -20)), both(shear_x(0.2, 30), shear_x(-0.2, 30)),
        both(shear_y(-0.2, 30), shear_y(0.2, 30)),
        both(affine({.scale = 1.2}, size), affine({.scale = 1 / 1.2}, size)),
        both(affine({.degrees = 15}, size), rotation(size, 15))}) {
    for (const auto how : {Interpolation::bilinear, Interpolation::bicubic}) {
      Frame frame;
      frame.begin(image);
      frame.warp(there, how, {});
      frame.warp(again, how, {});
      const auto& result = frame.pixels();
      for (int y = 22; y < 38; ++y)
        for (int x = 22; x < 38; ++x) {
          const auto i = static_cast<std::size_t>((y * 60 + x) * 3);
          ASSERT_NEAR(result.pixels[i], image.pixels[i], 6) << y << ", " << x;
        }
    }
  }
}

TEST(Warp, StaysWithinTheRangeOfTheImageAndTheFill) {
  io::Image image = noise(23, 19, 3);
  for (auto& sample : image.pixels) sample = static_cast<std::uint8_t>(100 + sample / 8);
  for (const auto how : {Interpolation::nearest, Interpolation::bilinear})
    for (int degrees = -170; degrees < 180; degrees += 35) {
      Frame frame;
      frame.begin(image);
      frame.rotate(degrees, how, Fill::all(110));
      const auto [low, high] = std::ranges::minmax(frame.pixels().pixels);
      EXPECT_GE(low, 100);
      EXPECT_LE(high, 131);
    }
}

TEST(Warp, RefusesInterpolationsOfResizes) {
  const io::Image image = noise(4, 4, 3);
  io::Image to = image;
  for (const auto how : {Interpolation::box, Interpolation::lanczos}) {
    EXPECT_FALSE(can_warp(how));
    EXPECT_THROW(warp(image, to, rotation({4, 4}, 9), how, {}), Error);
    EXPECT_THROW(warp(image, to, Perspective{}, how, {}), Error);
  }
  try {
    warp(image, to, rotation({4, 4}, 9), Interpolation::lanczos, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_STREQ(error.what(),
                 "a geometric transform with the interpolation 'lanczos'; expected bilinear, "
                 "bicubic or nearest");
  }
  const Displacement by{
      .size = {4, 4}, .right = std::vector(16, 0.F), .down = std::vector(16, 0.F)};
  EXPECT_THROW(displace(image, to, by, Interpolation::bicubic, {}), Error);
}

TEST(Warp, CornersOnALineHaveNoTransform) {
  const Corners square{{{0, 0}, {9, 0}, {9, 9}, {0, 9}}};
  EXPECT_TRUE(perspective(square, square).has_value());
  EXPECT_FALSE(perspective(square, {{{0, 0}, {9, 0}, {4, 0}, {0, 9}}}).has_value());
  EXPECT_FALSE(perspective(square, {{{3, 3}, {3, 3}, {9, 9}, {0, 9}}}).has_value());
  EXPECT_FALSE(perspective({{{0, 0}, {0, 0}, {0, 9}, {0, 9}}}, square).has_value()) << "1 x 10";
}

TEST(Warp, OfNumbersThatAreNoneIsFilled) {
  const io::Image image = noise(4, 5, 3);
  for (const auto how : kMethods)
    for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity(), 1e300}) {
      io::Image to = image;
      warp(image, to, Affine{{bad, bad, bad, bad, bad, bad}}, how, Fill::all(3));
      EXPECT_TRUE(std::ranges::all_of(to.pixels, [](auto sample) { return sample == 3; }));
      warp(image, to, Perspective{{bad, 0, 0, 0, bad, 0, 0, 0}}, how, Fill::all(3));
      EXPECT_TRUE(std::ranges::all_of(to.pixels, [](auto sample) { return sample == 3; }));
    }
}

}  // namespace
}  // namespace temper::augment

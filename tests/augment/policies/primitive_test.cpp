#include "temper/augment/policies/primitive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "temper/augment/policies/magnitudes.h"

namespace temper::augment {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

io::Image pattern(int height, int width, int channels) {
  io::Image image{height, width, channels, {}};
  image.pixels.resize(image.size());
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    image.pixels[i] = static_cast<std::uint8_t>(i * 37 % 251);
  return image;
}

io::Image applied(const io::Image& image, const Step& step,
                  Interpolation interpolation = Interpolation::bicubic,
                  std::vector<Applied>* notes = nullptr, const Quirks& quirks = {}) {
  Frame frame;
  frame.begin(image);
  frame.record(notes);
  apply(frame, step, interpolation, Fill::all(7), quirks);
  return frame.pixels();
}

std::vector<Primitive> all() {
  std::vector<Primitive> found;
  for (std::size_t i = 0; i < EnumNames<Primitive>::value.size(); ++i)
    found.push_back(static_cast<Primitive>(i));
  return found;
}

/// The value at which an operation changes nothing.
const std::vector<Step>& identities() {
  static const std::vector<Step> steps{
      {Primitive::identity, 3},     {Primitive::rotate, 0},       {Primitive::posterize, 8},
      {Primitive::solarize, 256},   {Primitive::solarize_add, 0}, {Primitive::saturation, 1},
      {Primitive::contrast, 1},     {Primitive::brightness, 1},   {Primitive::sharpness, 1},
      {Primitive::shear_x, 0},      {Primitive::shear_y, 0},      {Primitive::translate_x, 0},
      {Primitive::translate_y, 0},  {Primitive::cutout, 0},       {Primitive::desaturate, 0},
      {Primitive::gaussian_blur, 0}};
  return steps;
}

TEST(Primitive, ChangesNothingAtItsIdentity) {
  for (const int channels : {1, 3})
    for (const auto interpolation :
         {Interpolation::nearest, Interpolation::bilinear, Interpolation::bicubic})
      for (const auto& step : identities()) {
        const auto image = pattern(9, 13, channels);
        EXPECT_EQ(applied(image, step, interpolation).pixels, image.pixels)
            << name_of(step.primitive);
      }
}

// Published code draws values far outside what its authors tried.
TEST(Primitive, TakesValuesBeyondItsRange) {
  const auto image = pattern(9, 13, 3);
  const auto unchanged = [&](Primitive primitive, double value) {
    return applied(image, {primitive, value}).pixels == image.pixels;
  };
  EXPECT_TRUE(unchanged(Primitive::posterize, 12));
  EXPECT_TRUE(unchanged(Primitive::solarize, 384)) << "TensorFlow's at magnitude 15";
  EXPECT_TRUE(unchanged(Primitive::desaturate, -1));
  EXPECT_THAT(applied(image, {Primitive::posterize, 0}).pixels, Each(0)) << "a black image";
  EXPECT_THAT(applied(image, {Primitive::posterize, -2}).pixels, Each(0));
  EXPECT_THAT(applied(image, {Primitive::translate_x, 500}).pixels, Each(7)) << "only fill";
  EXPECT_THAT(applied(image, {Primitive::translate_y, -500}).pixels, Each(7));
  EXPECT_EQ(applied(image, {Primitive::solarize, 0}).pixels,
            applied(image, {Primitive::invert}).pixels);
}

TEST(Primitive, InvertsAllValuesFromTheThresholdOn) {
  const io::Image image{1, 4, 1, {178, 179, 180, 255}};
  EXPECT_EQ(applied(image, {Primitive::solarize, 178.5}).pixels,
            (std::vector<std::uint8_t>{178, 76, 75, 0}));
  EXPECT_EQ(applied(image, {Primitive::solarize, 179}).pixels,
            (std::vector<std::uint8_t>{178, 76, 75, 0}));
}

TEST(Primitive, TranslatesToTheRightAndDown) {
  const io::Image image{2, 3, 1, {1, 2, 3, 4, 5, 6}};
  const auto moved = [&](Primitive primitive, double value) {
    return applied(image, {primitive, value}, Interpolation::nearest).pixels;
  };
  EXPECT_EQ(moved(Primitive::translate_x, 1), (std::vector<std::uint8_t>{7, 1, 2, 7, 4, 5}));
  EXPECT_EQ(moved(Primitive::translate_x, -1), (std::vector<std::uint8_t>{2, 3, 7, 5, 6, 7}));
  EXPECT_EQ(moved(Primitive::translate_y, 1), (std::vector<std::uint8_t>{7, 7, 7, 1, 2, 3}));
}

TEST(Primitive, AppliesToImagesOfEverySizeAndToGrayOnes) {
  for (const auto& [height, width] :
       std::vector<std::pair<int, int>>{{1, 1}, {1, 7}, {7, 1}, {2, 2}})
    for (const int channels : {1, 3})
      for (const auto primitive : all()) {
        SCOPED_TRACE(name_of(primitive));
        const auto image = pattern(height, width, channels);
        const Step step{primitive, 1.5, square_around(0, 0, 1, {height, width})};
        const auto result = applied(image, step);
        EXPECT_EQ(result.size(), image.size());
        EXPECT_EQ(result.channels, channels);
      }
}

TEST(Primitive, NotesWhatItDidInPhysicalUnits) {
  std::vector<Applied> notes;
  const auto image = pattern(9, 13, 3);
  applied(image, {Primitive::rotate, -27}, Interpolation::nearest, &notes);
  applied(image, {Primitive::identity}, Interpolation::nearest, &notes);
  applied(image, {Primitive::equalize}, Interpolation::nearest, &notes);
  applied(image, {Primitive::posterize, 3}, Interpolation::nearest, &notes);
  EXPECT_THAT(notes, ElementsAre(Applied{"rotate", -27, "degrees"}, Applied{"equalize", 0, ""},
                                 Applied{"posterize", 3, "bits"}));
}

TEST(Primitive, HasAUnitExactlyWhereItHasAValue) {
  for (const auto primitive : all()) {
    const bool has_value = primitive != Primitive::identity && primitive != Primitive::invert &&
                           primitive != Primitive::equalize &&
                           primitive != Primitive::auto_contrast &&
                           primitive != Primitive::grayscale;
    EXPECT_EQ(!unit_of(primitive).empty(), has_value) << name_of(primitive);
  }
}

TEST(Primitive, DiffersBetweenDialectsWhereTheirCodeDoes) {
  const auto image = pattern(20, 20, 3);
  const Step contrast{Primitive::contrast, 0.5};
  const Step shear{Primitive::shear_x, 0.3};
  const auto with = [&](const Step& step, const Quirks& quirks) {
    return applied(image, step, Interpolation::nearest, nullptr, quirks).pixels;
  };
  EXPECT_NE(with(contrast, quirks_of(Scale::tensorflow)), with(contrast, {}));
  EXPECT_NE(with(shear, quirks_of(Scale::tensorflow)), with(shear, {}));
  EXPECT_EQ(with(shear, quirks_of(Scale::timm)), with(shear, {}));
}

TEST(SquareAround, IsTensorFlowsCutout) {
  EXPECT_EQ(square_around(5, 6, 2, {10, 20}), (Box{3, 4, 4, 4}));
  EXPECT_EQ(square_around(0, 0, 2, {10, 20}), (Box{0, 0, 2, 2}));
  EXPECT_EQ(square_around(9, 19, 3, {10, 20}), (Box{6, 16, 4, 4}));
  EXPECT_EQ(square_around(3, 4, 100, {10, 20}), (Box{0, 0, 10, 20}));
  EXPECT_EQ(square_around(3, 4, 0, {10, 20}), (Box{3, 4, 0, 0}));
}

TEST(Primitive, CutsOutOnlyTheBox) {
  const io::Image image{3, 3, 1, std::vector<std::uint8_t>(9, 50)};
  EXPECT_EQ(applied(image, {Primitive::cutout, 2, {1, 0, 2, 2}}).pixels,
            (std::vector<std::uint8_t>{50, 50, 50, 7, 7, 50, 7, 7, 50}));
}

}  // namespace
}  // namespace temper::augment

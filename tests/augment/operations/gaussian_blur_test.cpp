#include "temper/augment/operations/gaussian_blur.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temper/augment/pixels/blur.h"
#include "temper/core/error.h"
#include "tests/augment/distribution.h"
#include "tests/augment/noise.h"

namespace temper::augment {
namespace {

io::Image applied(const GaussianBlur& options, const io::Image& image, std::uint64_t seed,
                  std::vector<Applied>* notes = nullptr) {
  Frame frame;
  frame.record(notes);
  frame.begin(image);
  Random random(seed, Purpose::augment);
  apply(options, frame, random);
  return frame.pixels();
}

TEST(GaussianBlurOperation, BlursByADrawnDeviationInItsDialect) {
  const auto image = noise(47, 33, 3);
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    Random random(seed, Purpose::augment);
    EXPECT_TRUE(random.chance(1));
    const double sigma = random.uniform(0.5, 3);
    io::Image expected = image;
    std::vector<Applied> notes;
    GaussianBlur options{.p = 1, .sigma_low = 0.5, .sigma_high = 3};
    gaussian_blur_pillow(image, expected, sigma);
    EXPECT_EQ(applied(options, image, seed, &notes), expected);
    EXPECT_EQ(notes, (std::vector<Applied>{{"gaussian_blur", sigma, "pixels"}}));
    options.dialect = BlurDialect::torchvision;
    gaussian_blur_torchvision(image, expected, 5, 5, sigma);
    EXPECT_EQ(applied(options, image, seed), expected);
    options.kernel_size.value = 9;
    gaussian_blur_torchvision(image, expected, 9, 9, sigma);
    EXPECT_EQ(applied(options, image, seed), expected);
  }
}

TEST(GaussianBlurOperation, DrawsItsDeviationUniformly) {
  const auto image = noise(1, 1, 1);
  for (const auto dialect : {BlurDialect::pillow, BlurDialect::torchvision}) {
    std::vector<double> drawn;
    for (std::uint64_t seed = 0; seed < 3000; ++seed) {
      std::vector<Applied> notes;
      applied({.p = 1, .sigma_low = 0.5, .sigma_high = 3, .dialect = dialect}, image, seed, &notes);
      drawn.push_back(notes.at(0).value);
    }
    expect_uniform_numbers(drawn, 0.5, 3);
  }
}

TEST(GaussianBlurOperation, BlursAsOftenAsItsProbabilitySays) {
  const auto image = noise(6, 6, 1);
  int blurred = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    std::vector<Applied> notes;
    const auto result = applied({.p = 0.3, .sigma_low = 1, .sigma_high = 2}, image, seed, &notes);
    EXPECT_EQ(notes.empty(), result == image);
    blurred += static_cast<int>(!notes.empty());
  }
  EXPECT_NEAR(blurred, 300, 75);
  EXPECT_EQ(applied({.p = 0}, image, 1), image);
}

TEST(GaussianBlurOperation, TakesImagesOfAnySize) {
  for (const auto dialect : {BlurDialect::pillow, BlurDialect::torchvision})
    for (const auto& image : {noise(1, 1, 3), noise(1, 9, 1), noise(9, 1, 3)}) {
      const auto result =
          applied({.p = 1, .sigma_low = 2, .sigma_high = 2, .dialect = dialect}, image, 1);
      EXPECT_EQ(result.height, image.height);
      EXPECT_EQ(result.width, image.width);
      const bool is_single_pixel = image.height * image.width == 1;
      EXPECT_TRUE(!is_single_pixel || result == image);
    }
}

TEST(GaussianBlurOperation, HasSimClrsKernelSizeByDefault) {
  EXPECT_EQ(automatic_kernel(224), 23);
  EXPECT_EQ(automatic_kernel(32), 3);
  EXPECT_EQ(automatic_kernel(1), 3);
  EXPECT_EQ(automatic_kernel(384), 39);
}

TEST(GaussianBlurOperation, RefusesOptionsThatContradictEachOther) {
  const auto message = [](const GaussianBlur& options) {
    try {
      options.check();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::usage);
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(message({}), "");
  EXPECT_EQ(message({.sigma_low = 3}),
            "gaussian_blur: sigma_low = 3 is larger than sigma_high = 2");
  EXPECT_THAT(message({.kernel_size = {23}}),
              ::testing::HasSubstr("needs dialect = \"torchvision\""));
  EXPECT_THAT(message({.dialect = BlurDialect::torchvision, .kernel_size = {22}}),
              ::testing::HasSubstr("kernel_size = 22 is even; expected an odd number"));
  EXPECT_EQ(message({.dialect = BlurDialect::torchvision, .kernel_size = {23}}), "");
}

}  // namespace
}  // namespace temper::augment

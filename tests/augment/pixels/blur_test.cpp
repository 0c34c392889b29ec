// Against Pillow and torchvision; scripts/golden/noise.py wrote the pixels.
#include "temper/augment/pixels/blur.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "temper/augment/pixels/blur_kernels.h"
#include "temper/core/random.h"
#include "tests/augment/golden.h"
#include "tests/augment/noise.h"
#include "tests/augment/targets.h"

namespace temper::augment {
namespace {

/// As Frame::rewrite() makes one: of the same size, with any pixels.
io::Image like(const io::Image& image) {
  io::Image other = image;
  std::ranges::fill(other.pixels, std::uint8_t{77});
  return other;
}

io::Image by_pillow(const io::Image& image, double radius) {
  io::Image result = like(image);
  gaussian_blur_pillow(image, result, radius);
  return result;
}

io::Image by_torchvision(const io::Image& image, std::int64_t height, std::int64_t width,
                         double sigma) {
  io::Image result = like(image);
  gaussian_blur_torchvision(image, result, height, width, sigma);
  return result;
}

TEST(GaussianBlurGolden, OfPillowHasItsBytesWithAllInstructions) {
  const Golden golden("noise.safetensors");
  for_each_target([&] {
    for (const auto& item : golden.cases("blur_pillow"))
      EXPECT_EQ(by_pillow(item.image, item.number(0)).pixels,
                Golden::values<std::uint8_t>(item.expected))
          << item.name;
  });
}

TEST(GaussianBlurGolden, OfTorchvisionDiffersAtMostByTheRoundingOfAHalf) {
  const Golden golden("noise.safetensors");
  for_each_target([&] {
    std::size_t samples = 0;
    std::size_t different = 0;
    for (const auto& item : golden.cases("blur_torchvision")) {
      const auto found = by_torchvision(item.image, static_cast<std::int64_t>(item.number(0)),
                                        static_cast<std::int64_t>(item.number(1)), item.number(2));
      const auto expected = Golden::values<std::uint8_t>(item.expected);
      ASSERT_EQ(found.pixels.size(), expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_LE(std::abs(found.pixels[i] - expected[i]), 1) << item.name << ", sample " << i;
        different += static_cast<std::size_t>(found.pixels[i] != expected[i]);
      }
      samples += expected.size();
    }
    EXPECT_LE(different * 1000, samples);
  });
}

/// Blurs of random images of random sizes.
std::vector<io::Image> blurred() {
  std::vector<io::Image> results;
  Random random(3, Purpose::inspect);
  const auto upto = [&](int most) {
    return 1 + static_cast<int>(random.below(static_cast<std::uint64_t>(most)));
  };
  for (std::uint64_t i = 0; i < 60; ++i) {
    const int height = upto(80);
    const int width = upto(80);
    const auto image = noise(height, width, random.chance(0.5) ? 3 : 1, i);
    const double sigma = random.uniform(0.1, 4);
    const int half_height = upto(8);
    const int half_width = upto(8);
    results.push_back(by_pillow(image, sigma));
    results.push_back(by_torchvision(image, 2 * half_height - 1, 2 * half_width - 1, sigma));
  }
  return results;
}

TEST(GaussianBlur, HasTheSameBytesWithAllInstructions) {
  std::vector<io::Image> expected;
  for_each_target([&] {
    const auto found = blurred();
    if (expected.empty()) expected = found;
    for (std::size_t i = 0; i < found.size(); ++i) ASSERT_EQ(found[i], expected[i]) << "case " << i;
  });
}

TEST(GaussianBlur, LeavesAnImageOfOneColorAndStaysWithinItsRange) {
  for (const int channels : {1, 3})
    for (const int value : {0, 1, 128, 254, 255}) {
      io::Image flat{13, 21, channels, {}};
      flat.pixels.assign(flat.size(), static_cast<std::uint8_t>(value));
      for (const double sigma : {0.1, 1.0, 7.7, 300.0}) {
        EXPECT_EQ(by_pillow(flat, sigma), flat) << sigma;
        EXPECT_EQ(by_torchvision(flat, 9, 5, sigma), flat) << sigma;
      }
    }
}

TEST(GaussianBlur, OfNoWidthIsTheImage) {
  for (const int height : {1, 7, 40}) {
    const auto image = noise(height, 23, 3, 5);
    EXPECT_EQ(by_pillow(image, 0), image);
    EXPECT_EQ(by_torchvision(image, 1, 1, 2), image);
    for (const double sigma : {1e-3, 1e-40, 1e-46, 1e-300}) {
      EXPECT_EQ(by_pillow(image, sigma), image) << sigma;
      EXPECT_EQ(by_torchvision(image, 7, 7, sigma), image) << sigma;
    }
  }
}

TEST(GaussianBlur, WidensWithItsDeviation) {
  io::Image point{41, 41, 1, std::vector<std::uint8_t>(41 * 41)};
  point.pixels[20 * 41 + 20] = 255;
  const auto peak = [](const io::Image& image) { return *std::ranges::max_element(image.pixels); };
  for (const double sigma : {0.5, 1.0, 2.0}) {
    EXPECT_LT(peak(by_pillow(point, 2 * sigma)), peak(by_pillow(point, sigma)));
    EXPECT_LT(peak(by_torchvision(point, 23, 23, 2 * sigma)),
              peak(by_torchvision(point, 23, 23, sigma)));
    const double height = 255 / (6.2832 * sigma * sigma);
    EXPECT_NEAR(peak(by_torchvision(point, 23, 23, sigma)), height, 1 + 0.04 * height);
  }
}

TEST(GaussianBlur, OfSmallImagesReflectsThemRepeatedly) {
  const auto pixel = noise(1, 1, 3, 9);
  EXPECT_EQ(by_torchvision(pixel, 23, 23, 2), pixel);
  EXPECT_EQ(by_pillow(pixel, 2), pixel);
  const io::Image pair{1, 2, 1, {0, 200}};
  const auto blurred = by_torchvision(pair, 23, 23, 5);
  // A wide kernel weighs both pixels almost equally.
  EXPECT_NEAR(blurred.pixels[0], 100, 5);
  EXPECT_EQ(blurred.pixels[0] + blurred.pixels[1], 200);
}

/// The definition: a weighted sum around each row, in which the first and last row are repeated.
std::vector<std::uint8_t> box_blurred(const io::Image& image, const kernels::ExtendedBox& box) {
  std::vector<std::uint8_t> result;
  const auto sample = [&](std::int64_t y, std::int64_t x) {
    y = std::clamp<std::int64_t>(y, 0, image.height - 1);
    return std::uint32_t{image.pixels[static_cast<std::size_t>(y * image.width + x)]};
  };
  for (std::int64_t y = 0; y < image.height; ++y)
    for (std::int64_t x = 0; x < image.width; ++x) {
      std::uint32_t sum = 0;
      for (std::int64_t d = -box.radius; d <= box.radius; ++d) sum += sample(y + d, x);
      const std::uint32_t edges = sample(y - box.radius - 1, x) + sample(y + box.radius + 1, x);
      result.push_back(static_cast<std::uint8_t>(
          (sum * box.weight + edges * box.edge_weight + (1U << 23U)) >> 24U));
    }
  return result;
}

TEST(BlurKernels, BoxesHaveTheirDefinitionInImagesOfAnySize) {
  for_each_target([] {
    for (const int height : {1, 2, 3, 10, 33})
      for (const int width : {1, 3, 4, 15, 16, 17, 40, 67})
        for (const std::int64_t radius : {0, 1, 2, 9, 50}) {
          const auto image = noise(height, width, 1, static_cast<std::uint64_t>(width));
          constexpr double one = 1U << 24U;
          const auto weight =
              static_cast<std::uint32_t>(one / (2 * static_cast<double>(radius) + 1.6));
          const auto rest = (1U << 24U) - (2 * static_cast<std::uint32_t>(radius) + 1) * weight;
          const kernels::ExtendedBox box{radius, weight, rest / 2};
          std::vector<std::uint8_t> found(image.size());
          kernels::box_blur(image.pixels.data(), width, height, width, box, found.data());
          ASSERT_EQ(found, box_blurred(image, box))
              << height << " x " << width << ", radius " << radius;
        }
  });
}

TEST(BlurKernels, TransposeImagesOfAnySize) {
  for_each_target([] {
    for (const int height : {1, 2, 15, 16, 17, 33, 50})
      for (const int width : {1, 5, 16, 31, 32, 49}) {
        const auto image = noise(height, width, 1, 8);
        std::vector<std::uint8_t> found(image.size());
        std::vector<std::uint8_t> expected;
        for (int x = 0; x < width; ++x)
          for (int y = 0; y < height; ++y)
            expected.push_back(image.pixels[static_cast<std::size_t>(y * width + x)]);
        kernels::transpose(image.pixels.data(), height, width, found.data());
        ASSERT_EQ(found, expected) << height << " x " << width;
      }
  });
}

}  // namespace
}  // namespace temper::augment

// This program's operator new counts its calls.
#include <gtest/gtest.h>

#include "temper/augment/pipeline.h"
#include "tests/support/counting_new.h"

namespace temper::augment {
namespace {

using temper::testing::allocations;

io::Image pattern(int height, int width, int channels) {
  io::Image image{height, width, channels, {}};
  image.pixels.resize(image.size());
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    image.pixels[i] = static_cast<std::uint8_t>(i * 37 % 251);
  return image;
}

std::int64_t allocations_of(const Pipeline& pipeline, const io::Image& image, int times) {
  Frame frame(pipeline.input());
  std::vector<float> out(static_cast<std::size_t>(pipeline.sample_size()));
  for (std::uint64_t i = 0; i < 100; ++i) pipeline(image, {1, 0, i}, frame, out.data());
  const std::int64_t before = allocations;
  for (int i = 0; i < times; ++i)
    pipeline(image, {1, 0, static_cast<std::uint64_t>(i % 100)}, frame, out.data());
  return allocations - before;
}

TEST(Pipeline, AllocatesNothingForAnImageInSteadyState) {
  const Pipeline small({PadCrop{}, Flip{}}, {{0.286}, {0.353}}, {28, 28});
  EXPECT_EQ(allocations_of(small, pattern(28, 28, 1), 1000), 0);
  const Custom invert{.name = "invert", .function = [](io::Image& image, Random&) {
                        for (auto& sample : image.pixels) sample = 255 - sample;
                      }};
  // Reads a pixel's neighbor, so it can't be done in place.
  const Custom shift{.name = "shift",
                     .function = [](const io::Image& from, io::Image& to, Random&) {
                       const auto n = from.pixels.size();
                       for (std::size_t i = 0; i < n; ++i) to.pixels[i] = from.pixels[(i + 3) % n];
                     }};
  const Pipeline large({RandomResizedCrop{}, Flip{}, invert, shift, PadCrop{}, shift, shift,
                        RandomApply{.operations = {Flip{}, shift, PadCrop{}}}},
                       {{0.5, 0.5, 0.5}, {0.2, 0.2, 0.2}}, {64, 64});
  EXPECT_EQ(allocations_of(large, pattern(120, 90, 3), 200), 0);
}

}  // namespace
}  // namespace temper::augment

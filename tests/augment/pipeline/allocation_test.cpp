// This program's operator new counts its calls.
#include <gtest/gtest.h>

#include "temper/augment/pipeline/pipeline.h"
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
  const Pipeline noisy(
      {GaussianBlur{.p = 1}, GaussianBlur{.p = 1, .dialect = BlurDialect::torchvision},
       JpegNoise{.p = 1}, RandomResizedCrop{}, Cutout{},
       RandomErasing{.p = 1, .mode = ErasingMode::pixel, .max_count = 3}},
      {{0.5, 0.5, 0.5}, {0.2, 0.2, 0.2}}, {64, 64});
  EXPECT_EQ(allocations_of(noisy, pattern(120, 90, 3), 200), 0);
}

TEST(Pipeline, PoliciesAllocateNothingForAnImageInSteadyState) {
  const Normalisation numbers{{0.5, 0.5, 0.5}, {0.2, 0.2, 0.2}};
  const auto image = pattern(48, 40, 3);
  const auto expect_none = [&](const Operation& operation) {
    const Pipeline pipeline({PadCrop{}, operation, Flip{}}, numbers, {48, 40});
    EXPECT_EQ(allocations_of(pipeline, image, 200), 0) << operation.index();
  };
  expect_none(AutoAugment{});
  expect_none(FastAutoAugment{});
  for (const auto dialect :
       {AugMixDialect::google, AugMixDialect::torchvision, AugMixDialect::timm})
    expect_none(AugMix{.dialect = dialect, .all_ops = true});
  for (const auto dialect :
       {RandAugmentDialect::timm, RandAugmentDialect::torchvision, RandAugmentDialect::tensorflow})
    expect_none(RandAugment{.num_ops = 4, .dialect = dialect, .fill = {124, 116, 104}});
  expect_none(TrivialAugmentWide{});
  expect_none(ThreeAugment{});
  expect_none(OneOf{.operations = {Flip{}, AutoAugment{}, AugMix{}}, .weights = {1, 2, 3}});
  expect_none(SomeOf{.operations = {Flip{}, PadCrop{}, AutoAugment{}}, .n = 4, .replace = true});
}

TEST(Pipeline, AllocatesNothingForOperationsOnColors) {
  const std::vector<Operation> all{AutoContrast{}, Brightness{}, ColorJitter{.hue = 0.1},
                                   Contrast{},     Equalize{},   Gamma{},
                                   Grayscale{},    Hue{},        Invert{},
                                   Posterize{},    Saturation{}, Sharpness{},
                                   Solarize{},     SolarizeAdd{}};
  const Pipeline colored(all, {{0.5, 0.5, 0.5}, {0.2, 0.2, 0.2}}, {64, 64});
  EXPECT_EQ(allocations_of(colored, pattern(64, 64, 3), 200), 0);
  const Pipeline gray(all, {{0.286}, {0.353}}, {28, 28});
  EXPECT_EQ(allocations_of(gray, pattern(28, 28, 1), 200), 0);
}

TEST(Pipeline, AllocatesNothingForGeometricTransforms) {
  const auto bicubic = Interpolation::bicubic;
  const Pipeline all(
      {Rotate{}, Rotate{.degrees_low = 90, .degrees_high = 90}, Shear{}, Zoom{}, Translate{},
       RandomAffine{.interpolation = bicubic}, RandomPerspective{.p = 1}, Elastic{}, VerticalFlip{},
       AlternatingFlip{}, PadCrop{.padding_mode = Border::reflect},
       RandomCrop{.size = {48}, .padding = 4, .padding_mode = Border::symmetric},
       CenterCrop{.fill = 7}},
      {{0.5, 0.5, 0.5}, {0.2, 0.2, 0.2}}, {64, 64});
  EXPECT_EQ(allocations_of(all, pattern(60, 60, 3), 200), 0);
}

TEST(Pipeline, AllocatesNothingForPolicies) {
  for (const auto dialect : {RandAugmentDialect::timm, RandAugmentDialect::torchvision,
                             RandAugmentDialect::tensorflow}) {
    const Pipeline pipeline({RandAugment{.num_ops = 4, .dialect = dialect, .fill = {124, 116, 104}},
                             TrivialAugmentWide{}},
                            {{0.5, 0.5, 0.5}, {0.2, 0.2, 0.2}}, {40, 30});
    EXPECT_EQ(allocations_of(pipeline, pattern(40, 30, 3), 200), 0) << name_of(dialect);
  }
}

}  // namespace
}  // namespace temper::augment

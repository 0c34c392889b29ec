// Properties of every operation; a new one is covered as soon as it is added.
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "temper/augment/pipeline/pipeline.h"
#include "temper/augment/pixels/color.h"
#include "tests/augment/noise.h"
#include "tests/support/options.h"

namespace temper::augment {
namespace {

/// What an operation makes of an image.
struct Outcome {
  io::Image pixels;
  std::vector<Erasure> erasures;
  bool operator==(const Outcome&) const = default;
};

Size size_of(const io::Image& image) {
  return {image.height, image.width};
}

/// The network's input has the image's size.
Outcome outcome(const Operation& operation, const io::Image& image, std::uint64_t sample,
                Frame& frame) {
  frame.set_input(size_of(image));
  frame.begin(image);
  const Applier apply({.seed = 5, .sample = sample}, frame);
  const std::vector operations{operation};
  apply(operations);
  Outcome found{.pixels = frame.pixels(), .erasures = {}};
  found.erasures.assign(frame.erasures().begin(), frame.erasures().end());
  return found;
}

io::Image pixels(const Operation& operation, const io::Image& image, std::uint64_t sample = 1) {
  Frame frame;
  return outcome(operation, image, sample, frame).pixels;
}

/// The number that the operation has under that name; null where it has none.
double* number(Operation& operation, std::string_view name) {
  const auto options = group(operation);
  for (const auto& item : options.items)
    if (const auto* value = std::get_if<double*>(&item.slot);
        value != nullptr && item.meta.name == name)
      return *value;
  return nullptr;
}

/// Of one pixel, one row, one column and more, in gray and in color.
std::vector<io::Image> images() {
  std::vector<io::Image> all;
  for (const int channels : {1, 3})
    for (const auto& [height, width] : {std::pair{1, 1}, {1, 9}, {9, 1}, {2, 2}, {12, 17}})
      all.push_back(noise(height, width, channels));
  return all;
}

constexpr std::uint64_t kSamples = 10;

class EveryOperation : public ::testing::TestWithParam<std::string_view> {
 protected:
  EveryOperation() {
    if (auto* custom = std::get_if<Custom>(&operation))
      custom->function = [](io::Image& image, Random& /*random*/) { invert(image); };
    if (double* p = number(operation, "p")) *p = 1;
  }

  Operation operation = temper::testing::alternative<Operation>(GetParam());
};

TEST_P(EveryOperation, KeepsTheChannelsAndGivesTheSizeOfItsDefinition) {
  for (const auto& image : images()) {
    const Size size = size_of(image);
    const Size expected = GetParam() == Resize::kind ? resized(size, automatic_side(size)) : size;
    for (std::uint64_t sample = 0; sample < kSamples; ++sample) {
      const auto found = pixels(operation, image, sample);
      EXPECT_EQ(size_of(found), expected);
      EXPECT_EQ(found.channels, image.channels);
      EXPECT_EQ(found.pixels.size(), found.size());
    }
  }
}

TEST_P(EveryOperation, GivesTheNetworkNumbersOfItsRange) {
  for (const auto& image : images()) {
    const auto channels = static_cast<std::size_t>(image.channels);
    const Pipeline pipeline({operation, Resize{.sides = ResizedSides::both}},
                            {std::vector(channels, 0.0), std::vector(channels, 1.0)},
                            size_of(image));
    Frame frame;
    std::vector<float> out(image.size());
    for (std::uint64_t sample = 0; sample < kSamples; ++sample) {
      pipeline(image, {.seed = 5, .sample = sample}, frame, out.data());
      for (const float value : out) ASSERT_TRUE(value >= 0 && value <= 1) << value;
    }
  }
}

TEST_P(EveryOperation, GivesTheSameBytesForTheSameDraws) {
  Frame used;
  for (const auto& image : images())
    for (std::uint64_t sample = 0; sample < kSamples; ++sample) {
      Frame fresh;
      EXPECT_TRUE(outcome(operation, image, sample, used) ==
                  outcome(operation, image, sample, fresh));
    }
}

TEST_P(EveryOperation, DoesNothingWithProbability0) {
  double* const p = number(operation, "p");
  if (p == nullptr) return;
  *p = 0;
  for (const auto& image : images())
    for (std::uint64_t sample = 0; sample < kSamples; ++sample) {
      Frame frame;
      EXPECT_TRUE(outcome(operation, image, sample, frame) == (Outcome{image, {}}));
    }
}

TEST_P(EveryOperation, DiffersByTheSignOfItsStrengths) {
  const auto image = noise(24, 31, 3);
  const auto options = group(operation);
  for (const auto& item : options.items) {
    const std::string name(item.meta.name);
    if (!name.ends_with("_low") || item.meta.bounds.low >= 0) continue;
    double* const low = number(operation, name);
    double* const high = number(operation, name.substr(0, name.size() - 3) + "high");
    ASSERT_TRUE(low != nullptr && high != nullptr) << name;
    const auto before = std::pair(*low, *high);
    const auto by = [&](double strength) {
      *low = *high = strength;
      return pixels(operation, image);
    };
    const double strength = item.meta.bounds.high / 10;
    EXPECT_TRUE(by(strength) != by(-strength)) << name;
    *low = before.first;
    *high = before.second;
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryOperation,
                         ::testing::ValuesIn(temper::testing::kinds<Operation>()),
                         [](const auto& kind) { return std::string(kind.param); });

TEST(ImageOperations, OfBothSignsAreMirrorImages) {
  constexpr auto smooth = Interpolation::bilinear;
  const std::vector<std::function<Operation(double)>> all{
      [](double x) { return Rotate{.degrees_low = x, .degrees_high = x, .interpolation = smooth}; },
      [](double x) { return Shear{.x_low = x, .x_high = x, .interpolation = smooth}; },
      [](double x) {
        return Shear{.x_low = 0, .x_high = 0, .y_low = x, .y_high = x, .interpolation = smooth};
      },
      [](double x) {
        return RandomAffine{.degrees_low = x,
                            .degrees_high = x,
                            .translate_x = 0,
                            .translate_y = 0,
                            .interpolation = smooth};
      }};
  const auto image = noise(24, 31, 3);
  for (std::size_t k = 0; k < all.size(); ++k) {
    const auto mirrored = [](const io::Image& one) { return pixels(Flip{.p = 1}, one); };
    const auto there = pixels(all[k](17.3), image);
    const auto back = mirrored(pixels(all[k](-17.3), mirrored(image)));
    EXPECT_TRUE(there != image) << k;
    for (std::size_t i = 0; i < image.size(); ++i)
      ASSERT_NEAR(there.pixels[i], back.pixels[i], 1) << k << ", sample " << i;
  }
}

TEST(ImageOperations, ThatAreTheirOwnInverseGiveTheImageBack) {
  for (const auto& image : images())
    for (const Operation& operation :
         {Operation(Flip{.p = 1}), Operation(VerticalFlip{.p = 1}), Operation(Invert{.p = 1}),
          Operation(Rotate{.degrees_low = 180, .degrees_high = 180})})
      EXPECT_EQ(pixels(operation, pixels(operation, image)), image) << operation.index();
}

}  // namespace
}  // namespace temper::augment

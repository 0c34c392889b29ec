// Properties of every operation; a new one is covered as soon as it is added, and has to name the
// options with which it does nothing.
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
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

/// The options with which each kind leaves an image of any size as it is.
const std::map<std::string_view, std::string_view> kNoStrength{
    {"pad_crop", R"({"padding": 0})"},
    {"resize", R"({"sides": "both"})"},
    {"center_crop", "{}"},
    {"random_crop", "{}"},
    {"rotate", R"({"degrees_low": 0, "degrees_high": 0})"},
    {"shear", R"({"x_low": 0, "x_high": 0})"},
    {"translate", R"({"x": 0, "y": 0})"},
    {"zoom", R"({"scale_low": 1, "scale_high": 1})"},
    {"affine", R"({"degrees_low": 0, "degrees_high": 0, "translate_x": 0, "translate_y": 0,
                   "scale_low": 1, "scale_high": 1})"},
    {"perspective", R"({"p": 1, "distortion_scale": 0})"},
    {"elastic", R"({"alpha": 0})"},
    {"brightness", R"({"factor_low": 1, "factor_high": 1})"},
    {"contrast", R"({"factor_low": 1, "factor_high": 1})"},
    {"saturation", R"({"factor_low": 1, "factor_high": 1})"},
    {"sharpness", R"({"p": 1, "factor_low": 1, "factor_high": 1})"},
    {"gamma", R"({"gamma_low": 1, "gamma_high": 1})"},
    {"color_jitter", R"({"brightness": 0, "contrast": 0, "saturation": 0})"},
    {"solarize", R"({"p": 1, "threshold_low": 256, "threshold_high": 256})"},
    {"solarize_add", R"({"p": 1, "addend_low": 0, "addend_high": 0})"},
    {"posterize", R"({"p": 1, "bits_low": 8, "bits_high": 8})"}};

/// The kinds that have no such options: those that always act fully, that fit the image to a shape,
/// compress, blur or erase it, that hold others, hue, which rounds, and policies, whose magnitude 0
/// is not "no change".
const std::set<std::string_view> kAlwaysActs{"alternating_flip",
                                             "hue",
                                             "one_of",
                                             "random_apply",
                                             "some_of",
                                             "augmix",
                                             "auto_augment",
                                             "auto_contrast",
                                             "custom",
                                             "cutout",
                                             "equalize",
                                             "flip",
                                             "gaussian_blur",
                                             "grayscale",
                                             "invert",
                                             "jpeg_noise",
                                             "rand_augment",
                                             "random_erasing",
                                             "random_resized_crop",
                                             "three_augment",
                                             "vertical_flip",
                                             "fast_auto_augment",
                                             "trivial_augment_wide"};

TEST_P(EveryOperation, DoesNothingAtNoStrength) {
  const auto options = kNoStrength.find(GetParam());
  ASSERT_NE(options != kNoStrength.end(), kAlwaysActs.contains(GetParam()))
      << "a new kind belongs to one of the lists";
  if (options == kNoStrength.end()) return;
  const auto harmless =
      temper::testing::alternative<Operation>(GetParam(), nlohmann::json::parse(options->second));
  for (const auto& image : images())
    for (std::uint64_t sample = 0; sample < kSamples; ++sample) {
      Frame frame;
      EXPECT_TRUE(outcome(harmless, image, sample, frame) == (Outcome{image, {}}));
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

TEST(ImageOperations, QuarterTurnsThereAndBackGiveTheImageBack) {
  const auto image = noise(24, 24, 3);
  const auto turned = [](double degrees, const io::Image& one) {
    return pixels(Rotate{.degrees_low = degrees, .degrees_high = degrees}, one);
  };
  EXPECT_NE(turned(90, image), image);
  EXPECT_EQ(turned(-90, turned(90, image)), image);
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

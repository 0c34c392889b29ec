// Against timm; scripts/golden/noise.py wrote the values.
#include "temper/augment/pixels/erase.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "temper/augment/operations/random_erasing.h"
#include "temper/augment/pixels/frame.h"
#include "tests/augment/golden.h"

namespace temper::augment {
namespace {

constexpr Size kSize{9, 11};

std::vector<float> erased(const Erasure& erasure, int channels = 3) {
  std::vector<float> image(static_cast<std::size_t>(kSize.height * kSize.width * channels), 50.0F);
  erase(image.data(), kSize, channels, erasure);
  return image;
}

bool is_inside(const Box& box, std::int64_t y, std::int64_t x) {
  return y >= box.top && x >= box.left && y < box.top + box.height && x < box.left + box.width;
}

const std::vector<Box> kBoxes{{2, 3, 4, 5},   {0, 0, 9, 11}, {-2, -3, 5, 4}, {7, 9, 10, 10},
                              {20, 20, 3, 3}, {3, 3, 0, 4},  {-9, 0, 9, 3},  {4, -50, 1, 100}};

TEST(Erase, OverwritesTheBoxWithTheValuesOfTheChannels) {
  const std::array<float, 3> values{0.5F, -1, 2.25F};
  for (const int channels : {1, 3})
    for (const auto& box : kBoxes) {
      const auto image = erased({.box = box, .values = values}, channels);
      std::size_t i = 0;
      for (std::int64_t y = 0; y < kSize.height; ++y)
        for (std::int64_t x = 0; x < kSize.width; ++x)
          for (int c = 0; c < channels; ++c)
            EXPECT_EQ(image[i++],
                      is_inside(box, y, x) ? values[static_cast<std::size_t>(c)] : 50.0F);
    }
}

TEST(Erase, OverwritesTheBoxWithNoiseOfItsSeed) {
  const Box box{1, 2, 6, 7};
  const auto image = erased({.box = box, .noise = 5});
  double squares = 0;
  for (std::int64_t y = 0; y < kSize.height; ++y)
    for (std::int64_t x = 0; x < kSize.width; ++x)
      for (std::int64_t c = 0; c < 3; ++c) {
        const float value = image[static_cast<std::size_t>((y * kSize.width + x) * 3 + c)];
        EXPECT_EQ(is_inside(box, y, x), value != 50.0F);
        if (is_inside(box, y, x)) squares += double{value} * value;
      }
  EXPECT_NEAR(squares / (6 * 7 * 3), 1, 5 * std::sqrt(2.0 / (6 * 7 * 3)));
  EXPECT_EQ(erased({.box = box, .noise = 5}), image);
  EXPECT_NE(erased({.box = box, .noise = 6}), image);
}

TEST(Erase, InAnImageOf8BitsHasTheSameValuesRounded) {
  const NormalisationTable table({{0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}});
  for (const auto& erasure :
       {Erasure{.box = {2, 3, 4, 5}}, Erasure{.box = {2, 3, 4, 5}, .values = {9, -9, 0.5F}},
        Erasure{.box = {-2, 3, 4, 50}, .noise = 1}}) {
    std::vector<float> normalised(static_cast<std::size_t>(kSize.height * kSize.width * 3),
                                  std::numeric_limits<float>::infinity());
    erase(normalised.data(), kSize, 3, erasure);
    io::Image image{static_cast<int>(kSize.height), static_cast<int>(kSize.width), 3, {}};
    image.pixels.assign(image.size(), 7);
    erase(image, table, erasure);
    for (std::size_t i = 0; i < normalised.size(); ++i) {
      const auto& constants = table.constants();
      const double sample =
          255 * (double{normalised[i]} * constants.std[i % 3] + constants.mean[i % 3]);
      const double expected = std::isinf(sample) ? 7 : std::clamp(sample, 0.0, 255.0);
      EXPECT_NEAR(image.pixels[i], expected, 0.501);
    }
  }
}

TEST(Erase, OverwritesTheBoxWithAColor) {
  for (const auto& box : kBoxes) {
    io::Image image{9, 11, 3, std::vector<std::uint8_t>(9 * 11 * 3, 7)};
    erase(image, box, Fill{{1, 2, 3}});
    std::size_t i = 0;
    for (std::int64_t y = 0; y < 9; ++y)
      for (std::int64_t x = 0; x < 11; ++x)
        for (int c = 1; c <= 3; ++c) EXPECT_EQ(image.pixels[i++], is_inside(box, y, x) ? c : 7);
  }
  io::Image gray{1, 1, 1, {0}};
  erase(gray, {0, 0, 1, 1}, Fill{{4, 5, 6}});
  EXPECT_EQ(gray.pixels[0], 4);
}

/// The normalization of scripts/golden/noise.py, whose images of one channel have that of red.
NormalisationTable table_of(const io::Image& image) {
  if (image.channels == 1) return NormalisationTable({{0.485}, {0.229}});
  return NormalisationTable({{0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}});
}

void expect_timms(const Golden& golden, const std::string& mode) {
  for (const auto& item : golden.cases("erase_" + mode)) {
    const Size size{item.image.height, item.image.width};
    const auto box = erased_size(size, item.number(0), 1, item.number(1)).value();
    Erasure erasure{.box = {static_cast<std::int64_t>(item.number(2)),
                            static_cast<std::int64_t>(item.number(3)), box.height, box.width}};
    const auto subject = item.name.substr(item.name.find(' ') + 1);
    const auto values = golden.values<float>("values " + subject.substr(0, subject.find(' ')));
    if (mode == "rand") std::ranges::copy(values, erasure.values.begin());
    Frame frame(size);
    frame.begin(item.image);
    frame.erase(erasure);
    std::vector<float> samples(item.image.size());
    frame.render(table_of(item.image), samples.data());
    EXPECT_EQ(samples, Golden::values<float>(item.expected)) << item.name;
  }
}

TEST(EraseGolden, ErasedInputsAreTimmsBits) {
  const Golden golden("noise.safetensors");
  expect_timms(golden, "const");
  expect_timms(golden, "rand");
}

io::Image gray(std::int64_t height, std::int64_t width, std::uint8_t sample) {
  io::Image image{static_cast<int>(height), static_cast<int>(width), 1, {}};
  image.pixels.assign(image.size(), sample);
  return image;
}

const NormalisationTable& plain() {
  static const NormalisationTable table({{0.0}, {1.0}});
  return table;
}

constexpr float kNine = 9 / 255.0F;

std::vector<float> rendered(Frame& frame) {
  std::vector<float> samples(static_cast<std::size_t>(frame.input().height * frame.input().width));
  frame.render(plain(), samples.data());
  return samples;
}

TEST(FrameErasures, AreOfTheInputWhateverFollows) {
  const auto image = gray(8, 8, 9);
  Frame frame({4, 6});
  frame.begin(image);
  frame.erase({.box = {0, 0, 1, 2}, .values = {-3}});
  frame.flip();
  frame.crop({0, 0, 6, 6});
  frame.edit([](io::Image& pixels) { pixels.pixels[0] = 200; });
  frame.rewrite([](const io::Image& from, io::Image& to) { to.pixels = from.pixels; });
  frame.resize({4, 6}, Interpolation::nearest);
  const auto samples = rendered(frame);
  for (std::size_t i = 0; i < samples.size(); ++i) EXPECT_EQ(samples[i] == -3, i < 2) << i;
  EXPECT_EQ(rendered(frame), samples) << "rendering again gives the same";
}

TEST(FrameErasures, EndWithTheirImage) {
  const auto image = gray(4, 6, 9);
  Frame frame({4, 6});
  frame.begin(image);
  frame.erase({.box = {0, 0, 4, 6}});
  EXPECT_EQ(frame.erasures().size(), 1U);
  frame.begin(image);
  EXPECT_TRUE(frame.erasures().empty());
  EXPECT_EQ(rendered(frame), std::vector<float>(24, kNine));
  io::Picture picture;
  picture.view(image);
  frame.erase({.box = {0, 0, 4, 6}});
  frame.begin(picture);
  EXPECT_EQ(rendered(frame), std::vector<float>(24, kNine));
}

TEST(FrameErasures, LaterOnesAreAbove) {
  const auto image = gray(1, 3, 9);
  Frame frame({1, 3});
  frame.begin(image);
  frame.erase({.box = {0, 0, 1, 2}, .values = {1}});
  frame.erase({.box = {0, 1, 1, 1}, .values = {2}});
  EXPECT_EQ(rendered(frame), (std::vector<float>{1, 2, kNine}));
}

TEST(FrameErasures, AreShownInPixelsOfTheInputsSize) {
  const auto image = gray(2, 2, 9);
  Frame frame({2, 2});
  frame.begin(image);
  frame.erase({.box = {0, 0, 1, 1}, .values = {30.4F / 255}});
  EXPECT_EQ(frame.pixels().pixels, (std::vector<std::uint8_t>{9, 9, 9, 9}));
  EXPECT_EQ(frame.pixels(plain()).pixels, (std::vector<std::uint8_t>{30, 9, 9, 9}));
  frame.set_input({3, 3});
  frame.begin(image);
  frame.erase({.box = {0, 0, 3, 3}, .values = {1}});
  EXPECT_EQ(frame.pixels(plain()).pixels, (std::vector<std::uint8_t>{9, 9, 9, 9}));
}

}  // namespace
}  // namespace temper::augment

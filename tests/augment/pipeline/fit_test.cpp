// How pictures are brought to the network's input in evaluation.
#include "temper/augment/pipeline/fit.h"

#include <gtest/gtest.h>

#include <vector>

#include "temper/augment/operations/resize.h"
#include "temper/augment/pipeline/input_transform.h"
#include "temper/augment/pipeline/pipeline.h"

namespace temper::augment {
namespace {

io::Image ramp(int height, int width) {
  io::Image image{height, width, 1, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      image.pixels.push_back(static_cast<std::uint8_t>((37 * y + 11 * x * x) % 256));
  return image;
}

io::Image fitted(const io::Image& image, const Fit& fit, Size input) {
  const Pipeline pipeline({}, Normalisation{{0}, {1}}, input, fit);
  io::Picture picture;
  picture.view(image);
  Frame frame;
  return pipeline.pixels(picture, {}, frame);
}

io::Image resized_to(const io::Image& image, Size size, Filter filter = {}) {
  Frame frame;
  frame.begin(image);
  frame.resize(size, filter);
  return frame.pixels();
}

TEST(Fit, APictureOfTheWholeSizeIsUsedAsItIsOrResizedWithoutACrop) {
  const auto image = ramp(12, 16);
  const Fit fit{.resize = 20, .whole = Size{12, 16}};
  EXPECT_EQ(fitted(image, fit, {12, 16}), image);
  EXPECT_EQ(fitted(image, fit, {18, 24}), resized_to(image, {18, 24}));
  const Fit sharp{.resize = 20, .filter = {Interpolation::bicubic}, .whole = Size{12, 16}};
  EXPECT_EQ(fitted(image, sharp, {18, 24}), resized_to(image, {18, 24}, {Interpolation::bicubic}));
  EXPECT_NE(fitted(image, sharp, {18, 24}), fitted(image, fit, {18, 24}));
}

TEST(Fit, OthersAreResizedByTheirShorterSideAndCropped) {
  const Fit fit{.resize = 20, .whole = Size{12, 16}};
  for (const auto& image : {ramp(16, 12), ramp(18, 24), ramp(5, 40), ramp(1, 1)}) {
    Frame frame;
    frame.begin(image);
    frame.resize(resized(frame.size(), 20), Filter{});
    const Size size = frame.size();
    frame.crop({(size.height - 18) / 2, (size.width - 18) / 2, 18, 18});
    EXPECT_EQ(fitted(image, fit, {18, 18}), frame.pixels()) << image.height << " x " << image.width;
  }
  auto without = fit;
  without.whole.reset();
  EXPECT_NE(fitted(ramp(12, 16), without, {12, 16}), ramp(12, 16));
}

TEST(Fit, AScaleIsThatOfTheResize) {
  const auto image = ramp(30, 40);
  const Fit larger{.resize = 20, .view = {.scale = 1.25}};
  EXPECT_EQ(fitted(image, larger, {16, 16}), fitted(image, {.resize = 25}, {16, 16}));
  // floor(12 * 1.3) = 15, floor(16 * 1.3) = 20
  const Fit whole{.resize = 20, .whole = Size{30, 40}, .view = {.scale = 1.3}};
  const auto stretched = resized_to(image, {15, 20});
  Frame frame;
  frame.begin(stretched);
  frame.crop({2, 2, 12, 16});  // 1.5 is rounded half to even
  EXPECT_EQ(fitted(image, whole, {12, 16}), frame.pixels());
}

TEST(Fit, AShiftMovesPixelsThatAreThereAndReflectsOthers) {
  const auto image = ramp(6, 7);
  const auto at = [&](int y, int x) { return image.pixels[static_cast<std::size_t>(7 * y + x)]; };
  const auto moved = fitted(image, {.whole = Size{6, 7}, .view = {.shift = 2}}, {6, 7});
  EXPECT_EQ(moved.pixels[7 * 2 + 2], at(0, 0));
  EXPECT_EQ(moved.pixels[7 * 5 + 6], at(3, 4));
  EXPECT_EQ(moved.pixels[0], at(2, 2)) << "the border is mirrored";
  // With pixels around the crop nothing is mirrored.
  const auto large = ramp(20, 20);
  const auto inside = fitted(large, {.resize = 20, .view = {.shift = -3}}, {10, 10});
  Frame frame;
  frame.begin(large);
  frame.crop({8, 8, 10, 10});
  EXPECT_EQ(inside, frame.pixels());
}

TEST(Fit, AFlipComesLast) {
  const auto image = ramp(9, 9);
  const View view{.place = Place::bottom_left, .flipped = true};
  Frame frame;
  frame.begin(image);
  frame.crop({3, 0, 6, 6});
  frame.flip();
  EXPECT_EQ(fitted(image, {.resize = 9, .view = view}, {6, 6}), frame.pixels());
}

TEST(ResizeSide, IsTheFloorAsInTimm) {
  EXPECT_EQ(resize_side({224, 224}, 0.875), 256);
  EXPECT_EQ(resize_side({224, 224}, 0.95), 235);
  EXPECT_EQ(resize_side({20, 30}, 1), 30);
  for (std::int64_t side = 1; side < 2000; ++side)
    EXPECT_EQ(resize_side({side, 1}, 0.875), automatic_side({side, 1})) << side;
}

TEST(InputTransformFit, UsesPicturesOfTheNetworksSizeWholeOnlyWhereTheRunDid) {
  const auto image = ramp(12, 16);
  InputTransform transform{
      .input = {1, 18, 24}, .network = {12, 16}, .resize = 27, .normalisation = {{0}, {1}}};
  EXPECT_EQ(fitted(image, transform.fit(), {18, 24}), resized_to(image, {18, 24}));
  transform.keep_same_size = false;
  EXPECT_NE(fitted(image, transform.fit(), {18, 24}), resized_to(image, {18, 24}));
  // Without a size of its own the network has that of the input.
  transform = {.input = {1, 12, 16}, .resize = 18, .normalisation = {{0}, {1}}};
  EXPECT_EQ(transform.network_size(), (Size{12, 16}));
  EXPECT_EQ(fitted(image, transform.fit(), {12, 16}), image);
}

}  // namespace
}  // namespace temper::augment

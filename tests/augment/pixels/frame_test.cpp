#include "temper/augment/pixels/frame.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "temper/augment/pipeline/operation.h"
#include "temper/augment/pipeline/pipeline.h"
#include "temper/core/error.h"
#include "temper/io/image/encode_jpeg.h"
#include "tests/augment/noise.h"

namespace temper::augment {
namespace {

using Step = std::function<void(Frame&)>;

/// A crop with any border, a resize with any filter, a flip, or a move.
Step random_step(Random& random, std::int64_t reach, std::int64_t largest) {
  const auto number = [&random](std::int64_t low, std::int64_t high) {
    return low +
           static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
  };
  const auto any_fill = [&] {
    const auto sample = [&] { return static_cast<std::uint8_t>(number(0, 255)); };
    return Fill{{sample(), sample(), sample()}};
  };
  const auto any_box = [&] {
    return Box{number(-reach, reach), number(-reach, reach), number(1, largest),
               number(1, largest)};
  };
  switch (random.below(6)) {
    case 0:
      return [box = any_box(), fill = any_fill()](Frame& f) { f.crop(box, fill); };
    case 1:
      return [size = Size{number(1, largest), number(1, largest)},
              filter = Filter{static_cast<Interpolation>(number(0, 4)), number(0, 3) > 0}](
                 Frame& f) { f.resize(size, filter); };
    case 2:
      return [](Frame& f) { f.flip_vertically(); };
    case 3:
      return [box = any_box(), border = static_cast<Border>(number(0, 3)),
              fill = any_fill()](Frame& f) { f.crop(box, border, fill); };
    case 4:
      return [inverse = translation(static_cast<double>(number(-reach, reach)),
                                    static_cast<double>(number(-reach, reach))),
              fill = any_fill()](Frame& f) { f.warp(inverse, Interpolation::bilinear, fill); };
    default:
      return [](Frame& f) { f.flip(); };
  }
}

/// Carries out every step on pixels before the next.
io::Image step_by_step(const io::Image& image, const std::vector<Step>& steps) {
  io::Image now = image;
  for (const auto& step : steps) {
    Frame frame;
    frame.begin(now);
    step(frame);
    now = io::Image(frame.pixels());
  }
  return now;
}

TEST(Frame, PendingGeometryGivesThePixelsOfOneStepAfterTheOther) {
  Frame frame;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    Random random(7, Purpose::inspect, {i});
    const io::Image image = noise(static_cast<int>(1 + random.below(24)),
                                  static_cast<int>(1 + random.below(24)), i % 2 == 0 ? 1 : 3, i);
    std::vector<Step> steps(1 + random.below(5));
    for (auto& step : steps) step = random_step(random, 6, 30);
    frame.begin(image);
    for (const auto& step : steps) step(frame);
    ASSERT_EQ(frame.pixels(), step_by_step(image, steps)) << "case " << i;
  }
}

io::Image waves(int height, int width) {
  io::Image image{height, width, 3, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c)
        image.pixels.push_back(static_cast<std::uint8_t>(128 + 60 * std::sin(0.05 * x + c) +
                                                         60 * std::cos(0.07 * y - 0.3 * c)));
  return image;
}

TEST(Frame, OfAFileGivesThePixelsOfTheDecodedImage) {
  const auto bytes = io::encode_jpeg(noise(90, 120, 3), {.quality = 80});
  const io::Image image = io::decode_image(bytes, "noise", 3);
  io::Picture picture;
  Frame of_file, of_image;
  for (std::uint64_t i = 0; i < 300; ++i) {
    Random random(8, Purpose::inspect, {i});
    std::vector<Step> steps(1 + random.below(4));
    for (auto& step : steps) step = random_step(random, 40, 100);
    picture.encoded(bytes, "noise", {});
    of_file.begin(picture);
    of_image.begin(image);
    for (const auto& step : steps) {
      step(of_file);
      step(of_image);
    }
    ASSERT_EQ(of_file.pixels(), of_image.pixels()) << "case " << i;
  }
}

// In a picture that is decoded smaller the crop's edges lie between pixels. If they were rounded,
// the waves would be off by their slope.
TEST(Frame, OfAFileThatIsDecodedSmallerIsNearlyTheSame) {
  const auto bytes = io::encode_jpeg(waves(301, 407), {.quality = 95});
  io::Picture exact, fast;
  Frame of_exact, of_fast;
  for (std::uint64_t i = 0; i < 100; ++i) {
    Random random(9, Purpose::inspect, {i});
    const auto number = [&random](std::int64_t low, std::int64_t high) {
      return low +
             static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
    };
    const Size out{number(12, 40), number(12, 40)};
    Box box{0, 0, number(4 * out.height, 300), number(4 * out.width, 400)};
    box.top = number(0, 301 - box.height);
    box.left = number(0, 407 - box.width);
    for (auto* both : {&of_exact, &of_fast}) {
      auto& picture = both == &of_exact ? exact : fast;
      picture.encoded(bytes, "waves",
                      {.decode = both == &of_exact ? io::Decode::exact : io::Decode::fast});
      both->begin(picture);
      both->crop(box);
      both->resize(out, Interpolation::bilinear);
    }
    const auto& a = of_exact.pixels();
    const auto& b = of_fast.pixels();
    double difference = 0;
    for (std::size_t k = 0; k < a.pixels.size(); ++k)
      difference += std::abs(int{a.pixels[k]} - int{b.pixels[k]});
    EXPECT_LT(difference / static_cast<double>(a.pixels.size()), 3) << i;
    EXPECT_NE(a, b) << i;
  }
}

TEST(Frame, AnEditSeesTheGeometryBeforeItAndNotTheOneAfter) {
  const io::Image image = noise(8, 6, 3);
  Frame frame({6, 8});
  frame.begin(image);
  frame.flip();
  frame.edit([&](io::Image& pixels) {
    EXPECT_EQ(pixels, step_by_step(image, {[](Frame& f) { f.flip(); }}));
    pixels = noise(6, 8, 3, 2);
  });
  EXPECT_EQ(frame.size(), (Size{6, 8}));
  frame.flip();
  EXPECT_EQ(frame.pixels(), step_by_step(noise(6, 8, 3, 2), {[](Frame& f) { f.flip(); }}));
}

TEST(Frame, FlipsVerticallyAndFillsWithAColor) {
  const io::Image image{2, 1, 3, {1, 2, 3, 4, 5, 6}};
  Frame frame({3, 2});
  frame.begin(image);
  frame.flip_vertically();
  frame.crop({-1, 0, 3, 2}, Fill{{7, 8, 9}});
  const std::vector<std::uint8_t> expected{7, 8, 9, 7, 8, 9, 4, 5, 6, 7, 8, 9, 1, 2, 3, 7, 8, 9};
  std::vector<float> rendered(18);
  frame.render(NormalisationTable({{0, 0, 0}, {1, 1, 1}}), rendered.data());
  EXPECT_EQ(frame.pixels().pixels, expected);
  for (std::size_t i = 0; i < rendered.size(); ++i)
    EXPECT_FLOAT_EQ(rendered[i], static_cast<float>(expected[i]) / 255) << i;
}

TEST(Frame, BordersContinueTheImage) {
  const io::Image image{1, 3, 1, {1, 2, 3}};
  const auto bordered = [&](Border border) {
    Frame frame;
    frame.begin(image);
    frame.crop({0, -5, 1, 13}, border, Fill::all(9));
    return frame.pixels().pixels;
  };
  using Row = std::vector<std::uint8_t>;
  EXPECT_EQ(bordered(Border::constant), (Row{9, 9, 9, 9, 9, 1, 2, 3, 9, 9, 9, 9, 9}));
  EXPECT_EQ(bordered(Border::edge), (Row{1, 1, 1, 1, 1, 1, 2, 3, 3, 3, 3, 3, 3}));
  EXPECT_EQ(bordered(Border::reflect), (Row{2, 1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3, 2}));
  EXPECT_EQ(bordered(Border::symmetric), (Row{2, 3, 3, 2, 1, 1, 2, 3, 3, 2, 1, 1, 2}));
}

TEST(Frame, LendsMemoryAndRecordsOnlyWhenAsked) {
  Frame frame;
  EXPECT_NE(&frame.scratch(0), &frame.scratch(1));
  EXPECT_NE(&frame.scratch(1), &frame.scratch(2));
  EXPECT_ANY_THROW(frame.scratch(3));
  frame.note("flip");
  std::vector<Applied> applied;
  EXPECT_EQ(frame.record(&applied), nullptr);
  frame.note("rotate", -27, "degrees");
  EXPECT_EQ(frame.record(nullptr), &applied);
  frame.note("flip");
  EXPECT_EQ(applied, (std::vector<Applied>{{"rotate", -27, "degrees"}}));
}

TEST(Frame, RewritesOneImageIntoAnother) {
  const io::Image image = noise(8, 6, 3);
  Frame frame({6, 8});
  frame.begin(image);
  frame.flip();
  const io::Image flipped = step_by_step(image, {[](Frame& f) { f.flip(); }});
  frame.rewrite([&](const io::Image& from, io::Image& to) {
    EXPECT_EQ(from, flipped);
    EXPECT_EQ(to.size(), from.size());
    EXPECT_NE(to.pixels.data(), from.pixels.data());
    for (std::size_t i = 0; i < to.size(); ++i)
      to.pixels[i] = static_cast<std::uint8_t>(255 - from.pixels[i]);
  });
  for (std::size_t i = 0; i < flipped.size(); ++i)
    EXPECT_EQ(int{frame.pixels().pixels[i]}, 255 - int{flipped.pixels[i]});
  frame.rewrite([&](const io::Image&, io::Image& to) { to = noise(6, 8, 3, 2); });
  EXPECT_EQ(frame.size(), (Size{6, 8}));
  frame.flip();
  EXPECT_EQ(frame.pixels(), step_by_step(noise(6, 8, 3, 2), {[](Frame& f) { f.flip(); }}));
}

TEST(Frame, RefusesAnImageWhosePixelsAreNotThere) {
  io::Image image = noise(4, 4, 1);
  image.pixels.pop_back();
  Frame frame;
  EXPECT_THROW(frame.begin(image), Error);
  EXPECT_THROW(frame.begin({0, 4, 1, {}}), Error);
  EXPECT_THROW(frame.begin({1, 1, 2, {0, 0}}), Error);
}

TEST(Frame, RefusesToRenderAnotherSizeThanTheNetworks) {
  const io::Image image = noise(5, 7, 1);
  Frame frame({7, 5});
  frame.begin(image);
  std::vector<float> out(35);
  try {
    frame.render(NormalisationTable({{0}, {1}}), out.data());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_STREQ(error.what(),
                 "an image of 5 x 7 pixels where the network takes 7 x 5; add resize, center_crop "
                 "or random_resized_crop");
  }
}

TEST(Pipeline, ShiftsAreUniformAndHalfOfTheImagesAreMirrored) {
  io::Image image{9, 9, 1, std::vector<std::uint8_t>(81)};
  image.pixels[4 * 9 + 4] = 255;  // the spot's position shows the shift
  image.pixels[4 * 9 + 5] = 254;  // and the side on which this one is shows the flip
  const Pipeline pipeline({PadCrop{.padding = 2}, Flip{}}, {{0}, {1.0 / 255}}, {9, 9});
  Frame frame({9, 9});
  std::vector<float> out(81);
  std::array<std::array<int, 5>, 5> seen{};
  int mirrored = 0;
  constexpr int n = 10000;
  for (std::uint64_t i = 0; i < n; ++i) {
    pipeline(image, {3, 0, i}, frame, out.data());
    const auto spot = std::max_element(out.begin(), out.end()) - out.begin();
    const auto y = spot / 9, x = spot % 9;
    const bool flipped = out[static_cast<std::size_t>(spot) + 1] < 200;
    mirrored += flipped;
    ++seen[static_cast<std::size_t>(y - 2)][static_cast<std::size_t>(x - 2)];
  }
  EXPECT_NEAR(mirrored, n / 2.0, 5 * std::sqrt(n / 4.0));
  for (const auto& row : seen)
    for (const int count : row) EXPECT_NEAR(count, n / 25.0, 5 * std::sqrt(n / 25.0));
}

TEST(Pipeline, ACustomOperationWithoutAFunctionIsTheUsersMistake) {
  const Pipeline pipeline({Custom{.name = "haze"}}, {{0}, {1}}, {4, 4});
  Frame frame({4, 4});
  std::vector<float> out(16);
  try {
    pipeline(noise(4, 4, 1), {}, frame, out.data());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_NE(std::string(error.what()).find("'haze'"), std::string::npos);
  }
}

TEST(Pipeline, ACustomOperationMayWriteToAnotherImageButKeepsTheChannels) {
  const auto out_of = [](const Custom& operation) {
    Frame frame({4, 4});
    std::vector<float> out(16);
    const Pipeline pipeline({operation}, {{0}, {1.0 / 255}}, {4, 4});
    pipeline(noise(4, 4, 1), {}, frame, out.data());
    return out;
  };
  const auto in_place = [](io::Image& image, Random& random) {
    const auto value = static_cast<std::uint8_t>(random.below(256));
    std::ranges::fill(image.pixels, value);
  };
  const auto from_to = [](const io::Image&, io::Image& to, Random& random) {
    std::ranges::fill(to.pixels, static_cast<std::uint8_t>(random.below(256)));
  };
  EXPECT_EQ(out_of({.name = "fill", .function = from_to}),
            out_of({.name = "fill", .function = in_place}));
  EXPECT_THROW(
      out_of({.name = "color",
              .function = [](const io::Image&, io::Image& to, Random&) { to = noise(4, 4, 3); }}),
      Error);
}

TEST(Pipeline, RefusesNestedListsThatAreEmptyOrTooDeep) {
  const auto message = [](const std::vector<Operation>& operations) {
    try {
      const Pipeline pipeline(operations, {{0}, {1}}, {4, 4});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::usage);
      return error.message();
    }
    return std::string("not refused");
  };
  EXPECT_EQ(message({Flip{}, RandomApply{.operations = {}}}),
            "operations.1.operations is empty; expected at least one operation, such as "
            "[\"flip\"]");
  std::vector<Operation> nested{Flip{}};
  for (int depth = 1; depth < kMaxNesting; ++depth) nested = {RandomApply{.operations = nested}};
  EXPECT_EQ(message(nested), "not refused");
  std::string path = "operations";
  for (int depth = 0; depth < kMaxNesting; ++depth) path += ".0.operations";
  EXPECT_EQ(message({RandomApply{.operations = nested}}),
            path + " is a list within 8 others; expected at most 7");
}

TEST(Pipeline, RefusesOptionsThatContradictEachOther) {
  const Normalisation numbers{{0}, {1}};
  EXPECT_THROW(Pipeline({RandomResizedCrop{.scale_low = 0.9, .scale_high = 0.5}}, numbers, {4, 4}),
               Error);
  EXPECT_THROW(
      Pipeline({RandomApply{.operations = {RandomResizedCrop{.ratio_low = 2, .ratio_high = 1}}}},
               numbers, {4, 4}),
      Error);
  EXPECT_THROW(Pipeline({}, numbers, {0, 4}), Error);
  EXPECT_THROW(Pipeline({}, {{0, 0}, {1, 1}}, {4, 4}), Error);
  EXPECT_THROW(Pipeline({}, {{0}, {0}}, {4, 4}), Error);
}

}  // namespace
}  // namespace temper::augment

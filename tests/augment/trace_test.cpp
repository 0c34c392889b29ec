#include <gtest/gtest.h>

#include "temper/augment/pipeline.h"

namespace temper::augment {
namespace {

io::Image pattern() {
  io::Image image{12, 10, 1, {}};
  image.pixels.resize(image.size());
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    image.pixels[i] = static_cast<std::uint8_t>(i);
  return image;
}

Pipeline pipeline() {
  const Custom brighten{.name = "brighten", .function = [](io::Image& image, Random& random) {
                          const auto by = random.below(20);
                          for (auto& sample : image.pixels)
                            sample = static_cast<std::uint8_t>(sample + by);
                        }};
  return {{PadCrop{.padding = 3}, Flip{.p = 1}, brighten, CenterCrop{}}, {{0.5}, {0.5}}, {8, 8}};
}

TEST(Trace, SaysWhatEveryOperationDrewAndDid) {
  Frame frame({8, 8});
  const auto image = pattern();
  const auto traces = pipeline().trace(image, {1, 2, 3}, frame);
  ASSERT_EQ(traces.size(), 4U);

  EXPECT_EQ(traces[0].operation, "pad_crop");
  ASSERT_EQ(traces[0].draws.size(), 2U);
  const auto shift = [&](std::size_t i) {
    return static_cast<std::int64_t>(traces[0].draws[i].value) - 3;
  };
  EXPECT_EQ(traces[0].draws[0].kind, DrawKind::below);
  EXPECT_EQ(traces[0].draws[0].high, 7);
  EXPECT_EQ(traces[0].after.window, (Box{shift(0), shift(1), 12, 10}));
  EXPECT_FALSE(traces[0].after.flipped);

  EXPECT_EQ(traces[1].operation, "flip");
  EXPECT_EQ(traces[1].draws.front().kind, DrawKind::chance);
  EXPECT_TRUE(traces[1].after.flipped);

  EXPECT_EQ(traces[2].operation, "brighten");
  EXPECT_EQ(traces[2].draws.size(), 1U);
  EXPECT_EQ(traces[2].after.window, whole({12, 10})) << "pixels were made: nothing is pending";

  EXPECT_TRUE(traces[3].draws.empty());
  EXPECT_EQ(traces[3].after.window, (Box{2, 1, 8, 8}));
}

TEST(Trace, LeavesThePixelsThatTrainingSees) {
  const auto image = pattern();
  const NormalisationTable table({{0.5}, {0.5}});
  for (std::uint64_t sample = 0; sample < 20; ++sample) {
    Frame frame({8, 8});
    std::vector<float> seen(64);
    std::vector<float> traced(64);
    pipeline()(image, {1, 0, sample}, frame, seen.data());
    (void)pipeline().trace(image, {1, 0, sample}, frame);
    frame.render(table, traced.data());
    EXPECT_EQ(traced, seen);
  }
}

}  // namespace
}  // namespace temper::augment

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "temper/augment/pipeline/pipeline.h"
#include "temper/augment/pipeline/trace_text.h"
#include "temper/core/error.h"

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

  const auto moved = [&](std::size_t i) { return static_cast<double>(-shift(i)); };
  EXPECT_EQ(traces[0].applied, (std::vector<Applied>{{"translate_y", moved(0), "pixels"},
                                                     {"translate_x", moved(1), "pixels"}}));
  EXPECT_EQ(traces[1].applied, (std::vector<Applied>{{"flip", 0, ""}}));
  EXPECT_EQ(traces[2].applied, (std::vector<Applied>{{"brighten", 0, ""}}));
  EXPECT_EQ(traces[3].applied,
            (std::vector<Applied>{{"height", 8, "pixels"}, {"width", 8, "pixels"}}));
  EXPECT_EQ(frame.record(nullptr), nullptr) << "records nothing afterwards";
}

TEST(Trace, RecordsWhatNestedOperationsDidAtTheirPlace) {
  const auto image = pattern();
  Frame frame({12, 10});
  const Pipeline nested(
      {RandomApply{.operations = {Flip{.p = 1}, VerticalFlip{.p = 1}}, .p = 1}, Flip{.p = 0}},
      {{0.5}, {0.5}}, {12, 10});
  const auto traces = nested.trace(image, {}, frame);
  ASSERT_EQ(traces.size(), 2U);
  EXPECT_TRUE(traces[0].applied.empty());
  ASSERT_EQ(traces[0].nested.size(), 2U);
  EXPECT_EQ(traces[0].nested[0].applied, (std::vector<Applied>{{"flip", 0, ""}}));
  EXPECT_EQ(traces[0].nested[1].applied, (std::vector<Applied>{{"vertical_flip", 0, ""}}));
  EXPECT_TRUE(traces[1].applied.empty()) << "it did nothing";
}

TEST(Trace, RecordsNothingAfterAnError) {
  const auto image = pattern();
  Frame frame({8, 8});
  const Custom damaged{.name = "damaged",
                       .function = [](io::Image&, Random&) { throw Error(Code::data, "damaged"); }};
  const Pipeline failing({damaged}, {{0.5}, {0.5}}, {8, 8});
  EXPECT_THROW((void)failing.trace(image, {}, frame), Error);
  EXPECT_EQ(frame.record(nullptr), nullptr);
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

using ::testing::ElementsAre;

Trace trace_of(std::string operation, std::vector<Applied> applied,
               std::vector<Trace> nested = {}) {
  return {.operation = std::move(operation),
          .draws = {},
          .applied = std::move(applied),
          .nested = std::move(nested),
          .after = {}};
}

TEST(TraceText, HasPhysicalValues) {
  EXPECT_EQ(to_text(Applied{"rotate", -27, "degrees"}), "rotate -27 degrees");
  EXPECT_EQ(to_text(Applied{"brightness", 1.25, ""}), "brightness 1.25");
  EXPECT_EQ(to_text(Applied{"translate_x", 0, "pixels"}), "translate_x 0 pixels");
  EXPECT_EQ(to_text(Applied{"flip", 0, ""}), "flip");
  EXPECT_EQ(to_text(Applied{"hue", 1.0 / 3, ""}), "hue 0.3333");
}

TEST(TraceText, HasDrawsWithTheirDistributions) {
  EXPECT_EQ(to_text(Draw{DrawKind::uniform, -1, 1, 0.25}), "0.25 of -1 to 1");
  EXPECT_EQ(to_text(Draw{DrawKind::below, 0, 9, 3}), "3 of 0 to 8");
  EXPECT_EQ(to_text(Draw{DrawKind::chance, 0, 0.5, 1}), "yes, with chance 0.5");
  EXPECT_EQ(to_text(Draw{DrawKind::chance, 0, 0.5, 0}), "no, with chance 0.5");
  EXPECT_EQ(to_text(Draw{DrawKind::normal, 0, 0, -1.5}), "-1.5 of a normal distribution");
  EXPECT_EQ(to_text(Draw{DrawKind::bits, 0, 0, 77}), "77 of 32 bits");
}

TEST(TraceText, LeavesOutWhatDidNothing) {
  const std::vector<Trace> traces{
      trace_of("flip", {}),
      trace_of("pad_crop", {{"translate_y", 2, "pixels"}, {"translate_x", -1, "pixels"}}),
      trace_of("random_apply", {},
               {trace_of("rotate", {{"rotate", -27, "degrees"}}), trace_of("flip", {}),
                trace_of("random_apply", {}, {trace_of("flip", {{"flip", 0, ""}})})}),
      trace_of("random_apply", {}, {trace_of("flip", {})})};
  EXPECT_THAT(to_lines(traces),
              ElementsAre("pad_crop: translate_y 2 pixels, translate_x -1 pixels", "random_apply",
                          "  rotate -27 degrees", "  random_apply", "    flip"));
  EXPECT_EQ(to_text(traces),
            "pad_crop: translate_y 2 pixels, translate_x -1 pixels; random_apply (rotate -27 "
            "degrees; random_apply (flip))");
  EXPECT_EQ(to_text(std::vector{trace_of("flip", {})}), "nothing");
  EXPECT_EQ(to_text(std::vector<Trace>{}), "nothing");
}

TEST(TraceText, HasTheDrawsOfEveryOperation) {
  auto flip = trace_of("flip", {});
  flip.draws = {{DrawKind::chance, 0, 0.5, 0}};
  auto crop = trace_of("pad_crop", {});
  crop.draws = {{DrawKind::below, 0, 9, 3}, {DrawKind::below, 0, 9, 8}};
  EXPECT_THAT(
      draw_lines(std::vector{trace_of("invert", {}), crop, trace_of("random_apply", {}, {flip})}),
      ElementsAre("pad_crop: 3 of 0 to 8; 8 of 0 to 8", "random_apply",
                  "  flip: no, with chance 0.5"));
}

TEST(Applier, AppliesOneOperationAloneWithItsDrawsInTheWholeList) {
  const RandomApply holder{.operations = {PadCrop{.padding = 5}, PadCrop{.padding = 3}}, .p = 1};
  const std::vector<Operation> operations{PadCrop{.padding = 1}, PadCrop{.padding = 2}, holder};
  const auto image = pattern();
  Frame frame;
  const auto traced = [&](auto&& apply) {
    std::vector<Trace> traces;
    frame.begin(image);
    apply(Applier({.seed = 1, .epoch = 2, .sample = 3}, frame, &traces));
    return traces;
  };
  const auto all = traced([&](const Applier& applier) { applier(operations); });
  const auto second = traced(
      [&](const Applier& applier) { applier.only(operations, std::array<std::size_t, 1>{1}); });
  const auto inner = traced(
      [&](const Applier& applier) { applier.only(operations, std::array<std::size_t, 2>{2, 1}); });
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].draws, all[1].draws);
  EXPECT_EQ(second[0].after.window.size(), (Size{12, 10}));
  ASSERT_EQ(inner.size(), 1U);
  EXPECT_EQ(inner[0].operation, "pad_crop");
  EXPECT_EQ(inner[0].draws, all[2].nested[1].draws);
}

}  // namespace
}  // namespace temper::augment

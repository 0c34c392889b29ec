#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "temper/io/image/image.h"
#include "temper/report/replayed.h"
#include "tests/report/run_directory.h"

namespace temper::report {
namespace {

using fake::Json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// A sheet of two gray images of 4 x 4 pixels, with values 10 and 20.
io::Image sheet() {
  io::Image image{4, 8, 1, {}};
  for (int i = 0; i < 32; ++i) image.pixels.push_back(i % 8 < 4 ? 10 : 20);
  return image;
}

Json sample(int left, const std::string& name, double loss) {
  return {{"where", "pictures/" + name + ".png"},
          {"class", "<" + name + ">"},
          {"loss", loss},
          {"cell", {{"top", 0}, {"left", left}, {"height", 4}, {"width", 4}}},
          {"augment",
           {{{"operation", "rand_augment"},
             {"draws", {{{"kind", "below"}, {"bound", 14}, {"value", 3}}}},
             {"applied", Json::array()},
             {"nested",
              {{{"operation", "rotate"},
                {"draws", Json::array()},
                {"applied", {{{"name", "rotate"}, {"value", -27.0}, {"unit", "degrees"}}}}}}}}}}};
}

class Replays : public ::testing::Test {
 protected:
  Replays() {
    fake::log_start(run, fake::class_names(2));
    fake::log_training(run);
  }

  void add(int step, const std::vector<Json>& samples) const {
    const auto folder = "replay/step-0000000" + std::to_string(step);
    fake::fs::create_directories(run.path / folder);
    run.write((folder + "/samples.json").c_str(),
              Json{{"step", step}, {"epoch", 1}, {"loss", 0.75}, {"samples", samples}}.dump());
    const auto png = io::encode_png(sheet());
    run.write((folder + "/batch.png").c_str(),
              {reinterpret_cast<const char*>(png.data()), png.size()});
  }

  std::string page() const { return io::read_text(write_report(run.path).path); }

  const fake::Directory run;
};

TEST_F(Replays, AreRead) {
  add(3, {sample(0, "cat", 1.5), sample(4, "dog", 0.25)});
  const auto step = read_replayed(run.path / "replay/step-00000003");
  EXPECT_EQ(step.step, 3);
  EXPECT_EQ(step.loss, 0.75);
  EXPECT_EQ(step.images, 2);
  ASSERT_EQ(step.pictures.size(), 2U);
  EXPECT_EQ(step.pictures[0].target, "<cat>");
  EXPECT_EQ(step.pictures[0].loss, 1.5);
  EXPECT_EQ(step.pictures[1].image.height, 4);
  EXPECT_EQ(step.pictures[1].image.pixels, std::vector<std::uint8_t>(48, 20));
  ASSERT_EQ(step.pictures[1].augment.size(), 1U);
  EXPECT_EQ(step.pictures[1].augment[0].nested.at(0).applied.at(0).value, -27);
}

TEST_F(Replays, AreShownWithWhatTheAugmentationDid) {
  EXPECT_THAT(page(), Not(HasSubstr("id=\"replays\"")));
  add(3, {sample(0, "cat", 1.5), sample(4, "dog", 0.25)});
  EXPECT_THAT(
      page(),
      AllOf(HasSubstr("<section id=\"replays\">"), HasSubstr("Step 3, epoch 1: loss 0.7500"),
            HasSubstr("&lt;cat&gt;"), HasSubstr("loss 1.500"),
            HasSubstr("<small>rand_augment</small><small>  rotate -27 degrees</small>"),
            HasSubstr("<small>rand_augment: 3 of 0 to 13</small>"), HasSubstr("The 2 images\n"),
            HasSubstr("with the highest loss, of 2.")));
}

TEST_F(Replays, OfTheLastStepsAreShown) {
  for (const int step : {2, 9, 5, 4}) add(step, {sample(0, "cat", 1)});
  EXPECT_THAT(replay_folders(run.path),
              ElementsAre(run.path / "replay/step-00000004", run.path / "replay/step-00000005",
                          run.path / "replay/step-00000009"));
}

TEST_F(Replays, OfOlderVersionsAndCellsOutsideTheSheetAreLeftOut) {
  auto old = sample(0, "cat", 1);
  old.erase("cell");
  auto outside = sample(5, "cat", 1);
  auto huge = sample(0, "cat", 1);
  huge["cell"]["height"] = 9'000'000'000'000'000'000;
  auto negative = sample(-4, "cat", 1);
  add(3, {old, outside, huge, negative, 7});
  EXPECT_TRUE(read_replayed(run.path / "replay/step-00000003").pictures.empty());
  EXPECT_THAT(page(), Not(HasSubstr("id=\"replays\"")));
}

TEST_F(Replays, ThatAreDamagedAreNamed) {
  add(3, {sample(0, "cat", 1)});
  run.write("replay/step-00000003/batch.png", "cut");
  EXPECT_THAT(page(), HasSubstr("batch.png"));
  run.write("replay/step-00000003/samples.json", "{}");
  EXPECT_THAT(page(), HasSubstr("not what `temper replay` writes"));
  fake::fs::remove(run.path / "replay/step-00000003/samples.json");
  EXPECT_THAT(page(), HasSubstr("samples.json"));
}

TEST_F(Replays, HaveTargetsOfRegression) {
  auto one = sample(0, "cat", 1);
  one["class"] = nullptr;
  one["values"] = {{"angle", 31.25}};
  add(3, {one});
  EXPECT_EQ(read_replayed(run.path / "replay/step-00000003").pictures.at(0).target, "angle 31.25");
}

}  // namespace
}  // namespace temper::report

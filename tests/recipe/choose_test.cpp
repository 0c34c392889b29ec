#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temper/recipe/recipe.h"
#include "temper/recipe/starter.h"

namespace temper::recipe {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A folder of photographs as a user may have.
DataSummary photographs() {
  return {.source = "some/pictures",
          .images = 1000,
          .classes = 10,
          .labelled = {80, 120, 100, 100, 100, 100, 100, 100, 100, 100},
          .side = 375};
}

/// The same with that many images, as evenly as possible in that many classes.
void resize(DataSummary& found, std::int64_t images, std::int64_t classes = 10) {
  found.images = images;
  found.classes = classes;
  found.labelled.assign(static_cast<std::size_t>(classes), images / classes);
  for (std::int64_t c = 0; c < images % classes; ++c) ++found.labelled[static_cast<std::size_t>(c)];
}

Recipe chosen(const DataSummary& found) {
  return parse(choose(found).recipe, "chosen.toml");
}

double peak(const Recipe& recipe) {
  return std::get<schedule::Cosine>(recipe.schedules.at("optimizer.lr")).peak;
}

std::string why(const DataSummary& found, const std::string& what) {
  for (const auto& reason : choose(found).reasons)
    if (reason.what == what) return reason.why;
  return "(no reason)";
}

TEST(Choose, WhatValuesAskFor) {
  auto found = photographs();
  found.classes = 0;
  found.labelled = {1000};
  found.values = 2;
  EXPECT_TRUE(std::holds_alternative<loss::Mse>(chosen(found).loss));
  EXPECT_EQ(chosen(found).data.augment.size(), 1U) << "no mirroring";
  EXPECT_TRUE(std::holds_alternative<Shuffle>(chosen(found).data.sampling));
  EXPECT_THAT(choose(found).recipe, HasSubstr("images with 2 values:"));
  EXPECT_THAT(why(found, "loss"), HasSubstr("huber"));
  found.side = 28;
  EXPECT_EQ(chosen(found).data.augment.size(), 1U) << "no mirroring";
  EXPECT_TRUE(std::holds_alternative<loss::Mse>(chosen(found).loss));
}

TEST(Choose, ALinearProbeBeforeFineTuning) {
  auto found = photographs();
  found.pretrained = PretrainedSummary{.from = "weights", .network = "resnet18", .stages = 5};
  const auto probed = chosen(found);
  EXPECT_EQ(probed.pretrained->head, model::InitialHead::probe);
  EXPECT_FALSE(probed.freeze.has_value());
  EXPECT_THAT(why(found, "fine-tuning"), HasSubstr("a linear probe"));

  // Without one, the last layer is trained alone in the first epoch.
  auto many = found;
  resize(many, 30'000);
  auto alone = found;  // images of one class, as far as there are labels
  alone.labelled = {1000, 0, 0};
  auto valued = found;
  valued.classes = 0;
  valued.labelled = {1000};
  valued.values = 2;
  for (const auto& other : {many, alone, valued}) {
    const auto recipe = chosen(other);
    EXPECT_EQ(recipe.pretrained->head, model::InitialHead::automatic);
    ASSERT_TRUE(recipe.freeze.has_value());
    EXPECT_EQ(recipe.freeze->stages, 5);
    EXPECT_EQ(recipe.freeze->epochs, 1);
    EXPECT_THAT(why(other, "fine-tuning"), HasSubstr("alone in the first epoch"));
  }
}

TEST(Choose, BatchNormOfPretrainedWeightsKeepsItsStatistics) {
  auto found = photographs();
  found.pretrained = PretrainedSummary{.from = "weights", .network = "convnext_tiny"};
  EXPECT_FALSE(chosen(found).pretrained->norm_eval) << "it would be refused";
  EXPECT_THAT(why(found, "fine-tuning"), Not(HasSubstr("BatchNorm")));
  found.pretrained->batch_norm = true;
  EXPECT_TRUE(chosen(found).pretrained->norm_eval);
  EXPECT_THAT(why(found, "fine-tuning"), HasSubstr("BatchNorm"));
}

TEST(Choose, ANetworkByTheSizeOfThePictures) {
  auto found = photographs();
  EXPECT_EQ(chosen(found).data.size.value, 128) << "on the CPU";
  EXPECT_EQ(std::get<model::ResNet>(chosen(found).model).depth, 18);
  found.side = 100;
  EXPECT_EQ(chosen(found).data.size.value, 96) << "none is made larger";
  found.gpu = true;
  found.side = 375;
  EXPECT_EQ(chosen(found).data.size.value, 224);
  resize(found, 200'000);
  EXPECT_EQ(std::get<model::ResNet>(chosen(found).model).depth, 50);
  found.side = 32;
  found.same_size = true;
  EXPECT_EQ(chosen(found).data.size.value, std::nullopt) << "as they are";
  EXPECT_EQ(std::get<model::ResNet>(chosen(found).model).depth, 20);
  EXPECT_EQ(std::get<augment::PadCrop>(chosen(found).data.augment.at(0)).padding, 4);
  found.gpu = false;
  const auto small = std::get<model::ResNet>(chosen(found).model);
  const model::Task task{3, 32, 32, 10};
  auto shipped = small;
  shipped.blocks = {1, 1, 1};
  shipped.width = 16;
  EXPECT_EQ(model::parameter_count(*model::build(small, task, 1)),
            model::parameter_count(*model::build(shipped, task, 1)))
      << "the network of recipes/fashion-mnist.toml";
  EXPECT_EQ(small.depth, 8);
  found.same_size = false;
  EXPECT_EQ(chosen(found).data.size.value, 32);
}

TEST(Choose, BatchRateAndEpochsByTheNumberOfPictures) {
  auto found = photographs();
  EXPECT_EQ(chosen(found).data.batch, 16) << "900 images are left to train on";
  EXPECT_DOUBLE_EQ(peak(chosen(found)), 0.1 * 16 / 256);
  EXPECT_EQ(chosen(found).epochs, 60);
  resize(found, 50'000);
  EXPECT_EQ(chosen(found).data.batch, 128);
  EXPECT_DOUBLE_EQ(peak(chosen(found)), 0.05);
  EXPECT_EQ(chosen(found).epochs, 10);
  resize(found, 6, 2);
  EXPECT_EQ(chosen(found).data.batch, 5);
  resize(found, 3, 2);
  EXPECT_EQ(chosen(found).data.batch, 2) << "0.6 images held out are one";
  found.images = 1000;
  EXPECT_EQ(chosen(found).data.batch, 2) << "unlabeled images are not trained on";
}

TEST(Choose, SamplingAndValidationByTheClasses) {
  auto found = photographs();
  EXPECT_TRUE(std::holds_alternative<Shuffle>(chosen(found).data.sampling));
  EXPECT_EQ(chosen(found).data.validation, 0.1);
  found.labelled[0] = 12;
  EXPECT_EQ(std::get<ClassBalanced>(chosen(found).data.sampling).power, 0.5);
  EXPECT_THAT(why(found, "sampling"), HasSubstr("the largest has 120 images, the smallest 12"));
  resize(found, 1000, 100);
  EXPECT_EQ(chosen(found).data.validation, 0.2) << "ten images a class";
  found.validation = true;
  EXPECT_EQ(why(found, "validation"), "the data has its own validation set");
}

TEST(Choose, AClassWithoutImagesIsNoImbalance) {
  auto found = photographs();
  resize(found, 26'000, 26);
  found.labelled.insert(found.labelled.begin(), 0);
  found.classes = 27;
  EXPECT_TRUE(std::holds_alternative<Shuffle>(chosen(found).data.sampling));
  EXPECT_EQ(why(found, "sampling"),
            "every image once per epoch: classes have 1000 images each; 1 of 27 without any");
  found.labelled[1] = 10;
  EXPECT_TRUE(std::holds_alternative<ClassBalanced>(chosen(found).data.sampling));
  found.labelled.assign(27, 0);
  EXPECT_TRUE(std::holds_alternative<Shuffle>(chosen(found).data.sampling));
}

TEST(Choose, HoldsOutNothingWhereEveryClassNeedsItsImages) {
  auto found = photographs();
  resize(found, 20, 20);
  EXPECT_EQ(chosen(found).data.validation, 0);
  EXPECT_EQ(why(found, "validation"), "none: there are too few images to hold one out");
  EXPECT_EQ(chosen(found).data.batch, 8);
  resize(found, 2, 1);
  EXPECT_EQ(chosen(found).data.validation, 0) << "0.4 images are none";
  EXPECT_EQ(chosen(found).data.batch, 2);
  found.classes = 0;
  found.values = 1;
  found.labelled = {3};
  EXPECT_EQ(chosen(found).data.validation, 0.2);
  EXPECT_EQ(chosen(found).data.batch, 2);
}

TEST(Choose, IsAGoodRecipeForAnySource) {
  for (const bool gpu : {false, true})
    for (const std::int64_t images : {2, 40, 1000, 60'000, 1'281'167})
      for (const std::int64_t side : {1, 28, 32, 64, 65, 200, 3000}) {
        auto found = photographs();
        resize(found, images);
        found.side = side;
        found.gpu = gpu;
        const auto recipe = chosen(found);
        EXPECT_EQ(recipe.name, "pictures");
        EXPECT_EQ(recipe.data.source, "some/pictures");
        const auto steps = std::max<std::int64_t>(images * 9 / 10 / recipe.data.batch, 1);
        auto hints = lint(recipe, {steps, steps * recipe.epochs});
        // Two images are of two classes: none is held out, as the reason says.
        if (images == 2)
          std::erase_if(hints, [](const auto& one) { return one.starts_with("data.validation"); });
        EXPECT_THAT(hints, IsEmpty()) << images << " images of " << side << " pixels";
      }
}

TEST(RunName, IsTheLastPartOfThePath) {
  EXPECT_EQ(run_name("some/pictures/"), "pictures");
  EXPECT_EQ(run_name("lists/birds.csv"), "birds");
  EXPECT_EQ(run_name("recipes/mine.toml"), "mine");
  EXPECT_EQ(run_name("set.v2"), "set.v2");
  EXPECT_NE(run_name("."), ".") << "a run can't be called so";
}

}  // namespace
}  // namespace temper::recipe

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temper/recipe/recipe.h"
#include "temper/recipe/starter.h"

namespace temper::recipe {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A folder of photographs as a user may have.
DataSummary photographs() {
  return {.source = "some/pictures",
          .images = 1000,
          .classes = 10,
          .smallest_class = 80,
          .largest_class = 120,
          .side = 375};
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
  found.classes = found.smallest_class = found.largest_class = 0;
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

TEST(Choose, ANetworkByTheSizeOfThePictures) {
  auto found = photographs();
  EXPECT_EQ(chosen(found).data.size.value, 128) << "on the CPU";
  EXPECT_EQ(std::get<model::ResNet>(chosen(found).model).depth, 18);
  found.side = 100;
  EXPECT_EQ(chosen(found).data.size.value, 96) << "none is made larger";
  found.gpu = true;
  found.side = 375;
  EXPECT_EQ(chosen(found).data.size.value, 224);
  found.images = 200'000;
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
  found.images = 50'000;
  EXPECT_EQ(chosen(found).data.batch, 128);
  EXPECT_DOUBLE_EQ(peak(chosen(found)), 0.05);
  EXPECT_EQ(chosen(found).epochs, 10);
  found.images = 6;
  EXPECT_EQ(chosen(found).data.batch, 5);
}

TEST(Choose, SamplingAndValidationByTheClasses) {
  auto found = photographs();
  EXPECT_TRUE(std::holds_alternative<Shuffle>(chosen(found).data.sampling));
  EXPECT_EQ(chosen(found).data.validation, 0.1);
  found.smallest_class = 12;
  EXPECT_EQ(std::get<ClassBalanced>(chosen(found).data.sampling).power, 0.5);
  EXPECT_THAT(why(found, "sampling"), HasSubstr("the largest has 120 images, the smallest 12"));
  found.classes = 100;
  EXPECT_EQ(chosen(found).data.validation, 0.2) << "ten images a class";
  found.validation = true;
  EXPECT_EQ(why(found, "validation"), "the data has its own validation set");
}

TEST(Choose, IsAGoodRecipeForAnySource) {
  for (const bool gpu : {false, true})
    for (const std::int64_t images : {2, 40, 1000, 60'000, 1'281'167})
      for (const std::int64_t side : {1, 28, 32, 64, 65, 200, 3000}) {
        auto found = photographs();
        found.images = images;
        found.side = side;
        found.gpu = gpu;
        const auto recipe = chosen(found);
        EXPECT_EQ(recipe.name, "pictures");
        EXPECT_EQ(recipe.data.source, "some/pictures");
        const auto steps = std::max<std::int64_t>(images * 9 / 10 / recipe.data.batch, 1);
        EXPECT_THAT(lint(recipe, {steps, steps * recipe.epochs}), IsEmpty())
            << images << " images of " << side << " pixels";
      }
}

TEST(NameOfSource, IsTheLastPartOfThePath) {
  EXPECT_EQ(name_of_source("some/pictures/"), "pictures");
  EXPECT_EQ(name_of_source("lists/birds.csv"), "birds");
  EXPECT_EQ(name_of_source("set.v2"), "set.v2");
  EXPECT_NE(name_of_source("."), ".") << "a run can't be called so";
}

}  // namespace
}  // namespace temper::recipe

// What trainings by timm and torchvision do, against the recipes that their command lines become.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "temper/imports/command.h"
#include "temper/imports/timm.h"
#include "temper/imports/timm_data.h"
#include "temper/imports/torchvision.h"
#include "temper/model/timm_names.h"
#include "temper/recipe/recipe.h"
#include "tests/support/golden.h"

namespace temper::imports {
namespace {

using temper::testing::golden;

recipe::Recipe imported(const nlohmann::json& published) {
  const auto command = split_words(published["command"].get<std::string>());
  const auto made =
      published["script"] == "timm" ? import_timm(command) : import_torchvision(command);
  return recipe::parse(made.recipe, "imported");
}

double rate_at(const recipe::Recipe& recipe, std::int64_t step, const schedule::Horizon& run) {
  const auto found = recipe.schedules.find("optimizer.lr");
  if (found != recipe.schedules.end()) return schedule::value(found->second, step, run);
  return std::visit([](const auto& options) { return options.lr; }, recipe.optimizer);
}

TEST(Imported, RatesAreThoseOfEveryStepOfThePublishedSchedule) {
  const auto cases = golden("imports/rates.json")["cases"];
  ASSERT_GT(cases.size(), 20U);
  for (const auto& published : cases) {
    const auto recipe = imported(published);
    const std::int64_t epochs = published["epochs"];
    const std::int64_t each = published["steps_per_epoch"];
    EXPECT_EQ(recipe.epochs, epochs) << published["command"];
    const schedule::Horizon run{each, epochs * each};
    recipe::check_schedules(recipe, run);
    recipe::check_lengths(recipe, run);
    const auto expected = published["rates"].get<std::vector<double>>();
    ASSERT_EQ(std::ssize(expected), run.total_steps);
    const double highest = *std::ranges::max_element(expected);
    for (std::int64_t step = 0; step < run.total_steps; ++step) {
      const double rate = expected[static_cast<std::size_t>(step)];
      // The sum 1 + cos(x) near 0 has no more digits.
      ASSERT_NEAR(rate_at(recipe, step, run), rate, 1e-12 * rate + 1e-15 * highest)
          << published["command"] << " step " << step;
    }
  }
}

TEST(Imported, ImagesAreReadAsTimmReadsThem) {
  const auto networks = golden("imports/data.json")["networks"];
  ASSERT_GT(networks.size(), 50U);
  for (const auto& [name, expected] : networks.items()) {
    const auto known = timm_data_of(name);
    ASSERT_TRUE(known) << name;
    EXPECT_EQ(default_tag_of(name), expected["tag"].get<std::string>()) << name;
    EXPECT_EQ(known->size, expected["size"]) << name;
    EXPECT_EQ(known->crop_pct, expected["crop_pct"]) << name;
    EXPECT_EQ(known->interpolation, expected["interpolation"].get<std::string>()) << name;
    EXPECT_EQ(known->mean, expected["mean"].get<std::vector<double>>()) << name;
    EXPECT_EQ(known->std, expected["std"].get<std::vector<double>>()) << name;
  }
}

TEST(Imported, EveryNetworkOfTimmsHasItsData) {
  for (const auto name : model::timm_names()) {
    EXPECT_TRUE(timm_data_of(name)) << name;
  }
}

// The recipe that tests/train/imported_test.cpp trains.
TEST(Imported, TrainingOfTheGoldenNumbersIsTheStoredRecipe) {
  const auto training = golden("imports/training.json");
  const auto made = import_timm(split_words(training["command"].get<std::string>()));
  const auto stored = recipe::load(temper::testing::golden_path("imports/training.toml"));
  auto different = recipe::differences(recipe::parse(made.recipe, "imported"), stored);
  // That test has images of its own.
  std::erase_if(different, [](const auto& one) { return one.path.starts_with("data."); });
  EXPECT_TRUE(different.empty()) << made.recipe;
}

}  // namespace
}  // namespace temper::imports

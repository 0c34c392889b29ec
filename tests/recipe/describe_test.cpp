#include "temper/recipe/describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "temper/core/error.h"
#include "temper/io/disk/read_file.h"
#include "temper/recipe/catalogue.h"
#include "temper/recipe/recipe.h"
#include "tests/recipe/options.h"
#include "tests/support/options.h"
#include "tests/support/refusal.h"

namespace temper::recipe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string error_of(std::string_view name) {
  return temper::testing::refusal([&] { look_up(catalogue(), name); });
}

TEST(Catalogue, FindsEveryKindSectionAndTechniqueByItself) {
  testing::Options options;
  std::vector<std::string> names;
  std::vector<std::string_view> schedules;
  const auto found = techniques(group(options));
  for (const auto& technique : found)
    if (technique.category == "schedule")
      schedules.push_back(technique.name);
    else
      names.push_back(technique.category + "." + technique.name);
  EXPECT_EQ(schedules, temper::testing::kinds<schedule::Schedule>());
  EXPECT_THAT(names, ElementsAre("recipe.recipe", "recipe.data", "augment.pad", "augment.mirror",
                                 "optimizer.fast", "optimizer.careful", "recipe.stochastic_depth",
                                 "second.fast", "second.careful"));
  EXPECT_FALSE(options.depth.has_value()) << "left as it was";
}

TEST(Catalogue, HasTheCategoriesOfARecipe) {
  EXPECT_THAT(
      categories(catalogue()),
      ElementsAre("recipe", "averaging", "sampling", "augment", "methods", "model", "dropout",
                  "optimizer", "clip", "loss", "teaching", "adversarial", "method", "schedule"));
}

TEST(Catalogue, SaysOfEveryTechniqueWhatItIsAndOfEveryOptionWhatItMeans) {
  for (const auto& technique : catalogue()) {
    EXPECT_FALSE(technique.summary.empty()) << technique.name;
    for (const auto& option : technique.options) {
      EXPECT_FALSE(option.meaning.empty()) << technique.name << ' ' << option.name;
      EXPECT_FALSE(option.default_value.empty()) << technique.name << ' ' << option.name;
    }
  }
}

TEST(Catalogue, HasEveryTechniqueOnceSoThatItCanBeExplained) {
  for (const auto& technique : catalogue())
    EXPECT_EQ(look_up(catalogue(), technique.category + "." + technique.name).size(), 1U)
        << technique.category << '.' << technique.name;
}

TEST(Catalogue, ATechniqueThatHoldsOthersOfItsKindDoesNotRepeatThem) {
  const auto found = look_up(catalogue(), "random_apply");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].path, "data.augment");
  EXPECT_EQ(found[0].options.at(0).values.substr(0, 25), "list of pad_crop | flip |");
  EXPECT_EQ(look_up(catalogue(), "augment.flip").size(), 1U);
}

TEST(Catalogue, ShowsExamplesThatAreRecipes) {
  for (const auto& technique : catalogue())
    EXPECT_NO_THROW(parse(technique.example, technique.name)) << technique.example;
}

TEST(Explain, ShowsFormulaOptionsPaperAndRecipe) {
  const auto found = look_up(catalogue(), "sgd");
  ASSERT_EQ(found.size(), 1U);
  const auto text = explain_text(found.front());
  for (const auto* part :
       {"sgd (optimizer)", "v <- momentum * v", "nesterov", "number in [0, 1)", "Sutskever",
        "kind = \"sgd\"", "can be scheduled", "alias: learning_rate"})
    EXPECT_THAT(text, HasSubstr(part));
  EXPECT_EQ(explain_json(found.front())["options"][0]["name"], "lr");
  EXPECT_THAT(explain_text(look_up(catalogue(), "cosine").front()), HasSubstr("warmup.epochs"));
}

TEST(Explain, SaysWhatATableOfLengthsIsUnlessGiven) {
  const auto meanings = [](const std::string& name) {
    std::string text;
    const auto technique = look_up_one(catalogue(), name);
    for (const auto& option : technique.options) text += option.table;
    return text;
  };
  EXPECT_THAT(meanings("sgdr"),
              HasSubstr("T_0: length of the first cycle; 10 epochs unless given"));
  EXPECT_THAT(meanings("step"),
              HasSubstr("step_size: interval between the decays; 30 epochs unless given"));
  EXPECT_THAT(meanings("exponential"),
              HasSubstr("every: duration that gamma refers to; an epoch unless given"));
  const auto options = look_up(catalogue(), "sgdr").front().options;
  const auto first = std::ranges::find(options, "T_0.epochs", &Option::name);
  ASSERT_NE(first, options.end());
  EXPECT_FALSE(first->table.empty());
  EXPECT_TRUE((first + 1)->table.empty()) << "it is said once";
  EXPECT_THAT(explain_text(look_up(catalogue(), "sgdr").front()), HasSubstr("10 epochs unless"));
  EXPECT_THAT(explain_json(look_up(catalogue(), "sgdr").front()).dump(),
              HasSubstr("10 epochs unless given"));
}

TEST(LookUp, NamesTheNearestSpelling) {
  EXPECT_EQ(error_of("sdg"),
            "there is no technique 'sdg': did you mean 'sgd'? `temper list` shows all of them");
  EXPECT_EQ(error_of("teleport"),
            "there is no technique 'teleport'; `temper list` shows all of them");
  EXPECT_EQ(error_of("optimizer.sdg"),
            "there is no technique 'optimizer.sdg': did you mean 'sgd'? `temper list optimizer` "
            "shows all of them");
}

TEST(LookUp, SaysWhatDescribesAnOptionOrACategory) {
  EXPECT_EQ(error_of("nesterov"),
            "'nesterov' is an option of lars, muon, sgd: `temper explain lars` describes it");
  EXPECT_EQ(error_of("sync_bn"),
            "'sync_bn' is an option of recipe: `temper explain recipe` describes it");
  EXPECT_EQ(error_of("data.batch_size"),
            "'data.batch_size' is an option of data: `temper explain data` describes it");
  for (const auto* category : {"optimizer", "schedule", "model"})
    EXPECT_THAT(error_of(category),
                HasSubstr(std::string("is a category of techniques: `temper list ") + category));
}

TEST(LookUp, TellsTechniquesOfOneNameApartByTheirCategory) {
  EXPECT_GT(look_up(catalogue(), "custom").size(), 1U);
  EXPECT_EQ(look_up(catalogue(), "model.custom").size(), 1U);
  EXPECT_EQ(look_up_one(catalogue(), "model.custom").path, "model");
  try {
    (void)look_up_one(catalogue(), "custom");
    FAIL() << "'custom' is the name of several techniques";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("'custom' names several techniques: use "));
    EXPECT_THAT(error.what(), HasSubstr("model.custom"));
  }
}

TEST(LookUp, FindsEveryTechniqueByItsShortName) {
  const auto names = short_names(catalogue());
  EXPECT_THAT(names, ::testing::IsSupersetOf({"sgd", "label_smoothing", "model.custom"}));
  for (std::size_t i = 0; i < names.size(); ++i)
    EXPECT_EQ(look_up_one(catalogue(), names[i]).path, catalogue()[i].path) << names[i];
}

TEST(List, ShowsOneCategoryOrAll) {
  EXPECT_THAT(list_text(catalogue(), "optimizer"), ::testing::StartsWith("optimizer\n  sgd"));
  EXPECT_THAT(list_text(catalogue()), HasSubstr("label_smoothing"));
  EXPECT_EQ(list_json(catalogue(), "schedule")[0]["name"], "constant");
  EXPECT_THROW(list_text(catalogue(), "optimiser"), Error);
}

TEST(Documentation, HasTheTablesThatTheFieldsGive) {
  const auto page = io::read_text(std::string(TEMPER_SOURCE_DIR) + "/docs/recipes.md");
  EXPECT_THAT(page, HasSubstr(markdown(catalogue())))
      << "docs/recipes.md is out of date: run scripts/docs";
}

}  // namespace
}  // namespace temper::recipe

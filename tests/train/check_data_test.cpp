#include "temper/train/check_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/data/pictures.h"

namespace temper::train {
namespace {

using data::message_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// Twelve pictures of each of two classes, 20 x 30 pixels, and a recipe for them.
class CheckedData : public ::testing::Test {
 protected:
  CheckedData() {
    for (int i = 0; i < 24; ++i)
      data::write_picture(
          folder.path() / "p" / (i % 2 == 0 ? "cat" : "dog") / (std::to_string(i) + ".png"),
          data::noise(20, 30, 3, static_cast<std::uint64_t>(i)));
  }

  std::string pictures() const { return (folder.path() / "p").string(); }

  std::string recipe(const std::string& lines) const {
    const auto path = folder.path() / "mine.toml";
    const auto text = "[data]\nbatch_size = 8\n" + lines;
    data::write_bytes(path, text.data(), text.size());
    return path.string();
  }

  std::string source() const { return "source = '" + pictures() + "'\n"; }

  const data::TemporaryFolder folder;
};

TEST_F(CheckedData, WarnsWhereTheRecipesAugmentationHarms) {
  const auto path = recipe(source() + "augment = [{ kind = 'pad_crop', padding = 12 }]\n");
  const auto found = check_data(path, {}, {});
  EXPECT_TRUE(found.check.good());
  EXPECT_EQ(found.check.source, pictures());
  EXPECT_FALSE(found.choice);
  EXPECT_THAT(found.warnings,
              ElementsAre(StartsWith("data.augment.0 (pad_crop) moves pictures of 20 x 30 pixels "
                                     "by up to 12 pixels; ")));
  EXPECT_THAT(to_text(found), HasSubstr("\nwarning: data.augment.0 (pad_crop) moves "));
  EXPECT_EQ(to_json(found)["warnings"].size(), 1U);
  EXPECT_EQ(to_json(found)["good"], true);
  EXPECT_THAT(check_data(path, {"data.augment=[]"}, {}).warnings, IsEmpty());
}

TEST_F(CheckedData, HasNoWarningsForTheRecipeThatIsChosen) {
  const auto found = check_data(pictures(), {}, {});
  EXPECT_TRUE(found.choice);
  EXPECT_THAT(found.warnings, IsEmpty());
  EXPECT_THAT(to_text(found), HasSubstr("` would choose:\n"));
  EXPECT_TRUE(to_json(found).contains("recipe"));
  EXPECT_THAT(
      check_data(pictures(), {"data.augment=[{ kind = 'pad_crop', padding = 400 }]"}, {}).warnings,
      ElementsAre(HasSubstr("data.augment.0 (pad_crop) moves pictures of")));
}

TEST(CheckedFashionMnist, HasTheDefaultRecipe) {
  const auto found = check_data("fashion-mnist", {}, {});
  EXPECT_FALSE(found.choice);
  EXPECT_THAT(found.warnings, IsEmpty());
  EXPECT_THAT(
      check_data("fashion-mnist", {"data.augment=[{ kind = 'pad_crop', padding = 20 }]"}, {})
          .warnings,
      ElementsAre(HasSubstr("data.augment.0 (pad_crop) moves pictures of 28 x 28 pixels")));
}

TEST_F(CheckedData, ReadsImagesByTheEditsBeforeARecipeIsChosen) {
  EXPECT_THROW(check_data(pictures(), {"data.exif_orientation=yes"}, {}), Error);
  const auto found =
      check_data(pictures(), {"data.exif_orientation=true", "data.augment.0.padding=2"}, {});
  EXPECT_TRUE(found.check.good()) << "small pictures get a pad_crop, unlike the starter recipe";
  EXPECT_THROW(check_data(pictures(), {"epochz=3"}, {}), Error);
}

TEST_F(CheckedData, SaysWhyARecipeCannotBeTrained) {
  const auto found = check_data(recipe(source()), {"data.batch_size=512"}, {});
  EXPECT_TRUE(found.check.good());
  EXPECT_THAT(found.warnings,
              ElementsAre(StartsWith("the recipe can't be trained on this data: ")));
  EXPECT_THAT(
      check_data(recipe(source()),
                 {"data.batch_size=512", "data.augment=[{ kind = 'pad_crop', padding = 400 }]"}, {})
          .warnings,
      ElementsAre(HasSubstr("data.batch_size = 512"),
                  HasSubstr("data.augment.0 (pad_crop) moves pictures of")));
}

TEST_F(CheckedData, FindsBadImagesOfSeveralSources) {
  data::write_bytes(folder.path() / "p/cat/text.png", "no picture", 10);
  const auto found = check_data(
      recipe("sources = [{ source = '" + pictures() + "' }]\naugment = ['flip']\n"), {}, {});
  EXPECT_FALSE(found.check.good());
  ASSERT_EQ(found.check.sets.at(0).bad.size(), 1U);
  EXPECT_THAT(found.warnings, IsEmpty());
}

TEST_F(CheckedData, HasNoWarningsWithoutData) {
  const auto found = check_data(recipe("source = '" + pictures() + "/none'\n"), {}, {});
  EXPECT_FALSE(found.check.error.empty());
  EXPECT_THAT(found.warnings, IsEmpty());
  message_of(Code::io, [&] { (void)check_data(pictures() + "/none.toml", {}, {}); });
  message_of(Code::usage, [&] { (void)check_data(recipe("epoch = 3\n"), {}, {}); });
}

}  // namespace
}  // namespace temper::train

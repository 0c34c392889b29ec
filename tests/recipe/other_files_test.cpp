#include "temper/recipe/other_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "temper/core/error.h"
#include "temper/recipe/recipe.h"
#include "tests/support/directory.h"
#include "tests/support/refusal.h"

namespace temper::recipe {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class OtherFiles : public ::testing::Test {
 protected:
  [[nodiscard]] std::string file(const std::string& name, const std::string& text) const {
    folder_.write(name, text);
    return (folder_.path / name).string();
  }
  [[nodiscard]] std::string refused(const std::string& text) const {
    return temper::testing::refusal(
        [&] { refuse_others(file("a.toml", text), kStudyFile, "see docs"); });
  }

  temper::testing::Directory folder_;
};

TEST_F(OtherFiles, APictureIsNoRecipe) {
  const auto picture = file("cat.JPG", "\xFF\xD8\xFF");
  const auto said = temper::testing::refusal([&] { load(picture); });
  EXPECT_THAT(said, StartsWith(picture + ": this is a picture; expected a recipe (.toml)."));
  EXPECT_THAT(said, HasSubstr("`temper train FOLDER` trains"));
  EXPECT_THAT(said, HasSubstr("`temper predict RUN " + picture + "` classifies"));
  EXPECT_EQ(temper::testing::refusal([&] { refuse_others(picture, kStudyFile, "see docs"); }),
            said);
}

TEST_F(OtherFiles, APictureThatIsNotThereIsAFileThatCannotBeRead) {
  const auto missing = (folder_.path / "none.png").string();
  EXPECT_THAT(temper::testing::refusal(Code::io, [&] { load(missing); }), HasSubstr("cannot read"));
}

TEST_F(OtherFiles, ARecipeIsNoStudy) {
  EXPECT_THAT(refused("epochs = 3\n"),
              HasSubstr("this is a recipe; expected a study file, see docs"));
  EXPECT_THAT(refused("name = \"mine\"\n[optimizer]\nlr = 0.1\n"), HasSubstr("this is a recipe"));
  EXPECT_THAT(refused("architecture = \"resnet\"\n"), HasSubstr("this is a recipe")) << "an alias";
}

TEST_F(OtherFiles, AStudyAndWhatCannotBeReadAreLeftToOthers) {
  for (const auto* text : {"base = \"a.toml\"\nseeds = 3\n", "name = \"mine\"\n", "", "[cut",
                           "[base]\nepochs = 3\n", "epochs = 3\nbase = \"a.toml\"\n"})
    EXPECT_EQ(refused(text), "(not refused)") << text;
  EXPECT_NO_THROW(refuse_others(folder_.path / "missing.toml", kStudyFile, "see docs"));
}

TEST_F(OtherFiles, AStudyIsNoSearchNorASearchAStudy) {
  EXPECT_THAT(refused("base = \"a.toml\"\n[[search]]\noption = \"epochs\"\n"),
              HasSubstr("this is a search; expected a study file. `temper tune "));
  const auto study = file("s.toml", "base = \"a.toml\"\n[[row]]\nname = \"more\"\n");
  EXPECT_THAT(
      temper::testing::refusal([&] { refuse_others(study, kSearchFile, "see docs"); }),
      HasSubstr("this is a study; expected a search file. `temper ablate " + study + "` runs it"));
}

}  // namespace
}  // namespace temper::recipe

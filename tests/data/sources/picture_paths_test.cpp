#include "temper/data/sources/picture_paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "tests/data/pictures.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

class Paths : public ::testing::Test {
 protected:
  Paths() {
    for (const auto* name : {"b.png", "a/2.JPG", "a/1.webp", "a/deep/3.jpeg", "a/notes.txt",
                             ".hidden.png", "none/readme.md"}) {
      fs::create_directories((folder.path() / name).parent_path());
      std::ofstream(folder.path() / name) << "no picture";
    }
  }

  /// All paths, those below the folder relative to it.
  std::vector<std::string> all(const std::vector<std::string>& arguments,
                               const std::string& lines = "", char separator = '\n') {
    std::istringstream stream(lines);
    PicturePaths paths(arguments, stream, separator);
    std::vector<std::string> found;
    while (const auto path = paths.next()) {
      const auto root = folder.path().string() + "/";
      found.push_back(path->starts_with(root) ? path->substr(root.size()) : *path);
    }
    EXPECT_FALSE(paths.next().has_value());
    return found;
  }
  [[nodiscard]] std::string in(const std::string& name) const {
    return (folder.path() / name).string();
  }

  TemporaryFolder folder;
};

TEST_F(Paths, AFolderStandsForThePicturesInItAndBelow) {
  EXPECT_THAT(all({folder.path().string()}),
              ElementsAre("a/1.webp", "a/2.JPG", "a/deep/3.jpeg", "b.png"));
}

TEST_F(Paths, FilesAreTakenWhateverTheirNames) {
  EXPECT_THAT(all({in("a/notes.txt"), in("absent.png"), in("a/deep"), "x"}),
              ElementsAre("a/notes.txt", "absent.png", "a/deep/3.jpeg", "x"));
}

TEST_F(Paths, AreReadFromAStreamInTheirPlace) {
  EXPECT_THAT(all({"first", "-", "last"}, "one\n\ntwo words\nthree"),
              ElementsAre("first", "one", "two words", "three", "last"));
  EXPECT_THAT(all({"-"}, std::string("line\nfeed\0b\0", 12), '\0'), ElementsAre("line\nfeed", "b"));
  EXPECT_THAT(all({"-"}, in("a/deep") + "\n"), ElementsAre("a/deep/3.jpeg"));
  EXPECT_THAT(all({"-"}), ElementsAre());
}

TEST_F(Paths, LinksToFoldersBelowAreNotFollowed) {
  fs::create_directory_symlink(folder.path(), folder.path() / "a" / "again");
  fs::create_directory_symlink(folder.path() / "a" / "deep", folder.path() / "link");
  EXPECT_THAT(all({folder.path().string()}),
              ElementsAre("a/1.webp", "a/2.JPG", "a/deep/3.jpeg", "b.png"));
  EXPECT_THAT(all({in("link")}), ElementsAre("link/3.jpeg")) << "that is named itself";
}

TEST_F(Paths, AFolderWithoutPicturesIsRefused) {
  try {
    all({in("none")});
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::data);
    EXPECT_EQ(error.where().file, in("none"));
  }
}

}  // namespace
}  // namespace temper::data

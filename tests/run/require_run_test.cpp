#include "temper/run/require_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "temper/core/error.h"
#include "tests/support/refusal.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class RequireRun : public ::testing::Test {
 protected:
  /// An empty file in a folder, which is made.
  [[nodiscard]] fs::path with(const std::string& folder, const std::string& file) const {
    const auto path = folder_.path / folder;
    fs::create_directories(path);
    std::ofstream(path / file).flush();
    return path;
  }

  train::small::Directory folder_;
};

TEST_F(RequireRun, TakesAFolderWithARecipeOrALog) {
  EXPECT_NO_THROW(require_run(with("begun", "recipe.toml")));
  EXPECT_NO_THROW(require_run(with("logged", "metrics.jsonl")));
  EXPECT_NO_THROW(require_network(with("begun", "recipe.toml")));
}

TEST_F(RequireRun, TakesAForeignFolderForItsNetworkOnly) {
  const auto foreign = with("foreign", "config.json");
  EXPECT_NO_THROW(require_network(foreign));
  EXPECT_THAT(testing::refusal([&] { require_run(foreign); }), HasSubstr("not a run directory"));
}

TEST_F(RequireRun, SaysWhatIsThereAndWhatIsExpected) {
  const auto empty = with("empty", "notes.txt");
  EXPECT_EQ(testing::refusal([&] { require_run(empty); }),
            empty.string() +
                ": not a run directory: it has neither recipe.toml nor metrics.jsonl; expected a "
                "run directory, as `temper train` writes it; `temper runs` lists those in the "
                "folder runs");
  EXPECT_THAT(testing::refusal([&] { require_run(empty / "notes.txt"); }),
              HasSubstr("not a run directory"));
  EXPECT_THAT(testing::refusal([&] { require_network(folder_.path / "missing"); }),
              HasSubstr("missing: there is no such folder; expected a run directory, as `temper "
                        "train` writes it, or a folder with config.json and weights"));
}

}  // namespace
}  // namespace temper::run

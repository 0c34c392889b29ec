#include "temper/run/run_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "temper/core/error.h"
#include "temper/io/disk/read_file.h"
#include "temper/run/run.h"
#include "tests/support/refusal.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using train::small::plan_of;

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

TEST(RunFolder, RemovesUnfinishedCheckpointsAndNothingElse) {
  const train::small::Directory folder;
  const auto checkpoints = folder.path / "checkpoints";
  write(checkpoints / "best.pt", "of another program");
  write(checkpoints / "epoch-3/model.pt", "of another program");
  write(checkpoints / "step-00000004/model.safetensors", "unfinished");
  write(checkpoints / "step-00000008/manifest.json", "{}");
  const RunFolder opened(folder.path);
  EXPECT_TRUE(fs::exists(checkpoints / "best.pt"));
  EXPECT_TRUE(fs::exists(checkpoints / "epoch-3/model.pt"));
  EXPECT_FALSE(fs::exists(checkpoints / "step-00000004"));
  EXPECT_TRUE(fs::exists(checkpoints / "step-00000008"));
}

TEST(RunFolder, DoesNotOverwriteARecipeThatIsNoRuns) {
  const train::small::Directory folder;
  const auto plan = plan_of();
  write(folder.path / "recipe.toml", "# mine\nepochs = 3\n");
  EXPECT_THAT(temper::testing::refusal([&] { run(plan, {.directory = folder.path}); }),
              HasSubstr("a run in this directory would overwrite it"));
  EXPECT_EQ(io::read_text(folder.path / "recipe.toml"), "# mine\nepochs = 3\n");
  // That of a run that was killed as it began.
  write(folder.path / "recipe.toml", recipe::to_toml(plan.recipe));
  EXPECT_FALSE(run(plan, {.directory = folder.path, .stop_at = 2}).finished);
}

}  // namespace
}  // namespace temper::run

// Runs whose images have other bytes when they are resumed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "temper/core/error.h"
#include "temper/run/environment.h"
#include "temper/run/replay.h"
#include "temper/run/run.h"
#include "temper/train/open_data.h"
#include "tests/data/pictures.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// 20 images in two classes, 16 to train on: six steps. All files have the same size.
class DataChanges : public ::testing::Test {
 protected:
  DataChanges() {
    for (int i = 0; i < 20; ++i)
      data::write_picture(pictures / (i % 2 == 0 ? "a" : "b") / (std::to_string(i) + ".png"),
                          data::noise(12, 12, 3, static_cast<std::uint64_t>(i) + 1));
  }

  [[nodiscard]] train::Plan plan(std::vector<std::string> sets = {}) const {
    sets.push_back("data.source=\"" + pictures.string() + "\"");
    sets.emplace_back("data.size=12");
    return train::open_plan(train::small::recipe(sets));
  }

  void swap_two() const {
    const auto first = pictures / "a/0.png";
    const auto second = pictures / "a/2.png";
    ASSERT_EQ(fs::file_size(first), fs::file_size(second));
    fs::rename(first, folder.path / "aside");
    fs::rename(second, first);
    fs::rename(folder.path / "aside", second);
  }

  /// The message with which a run on the images as they are now is refused.
  [[nodiscard]] std::string refused() const {
    return data::message_of(Code::usage, [&] { run(plan(), {.directory = out}); });
  }

  train::small::Directory folder;
  fs::path pictures = folder.path / "pictures";
  fs::path out = folder.path / "run";
};

TEST_F(DataChanges, OfContentsAreNoticedWhenARunResumes) {
  const auto before = plan();
  run(before, {.directory = out, .stop_at = 4});
  EXPECT_EQ(recorded_text(out, "data"), before.data_digest.names);
  EXPECT_EQ(recorded_text(out, kDataContents), before.data_digest.contents);
  swap_two();
  EXPECT_EQ(plan().fingerprint, before.fingerprint);
  EXPECT_THAT(refused(), HasSubstr("the bytes of some images are others than when it began"));
  swap_two();
  EXPECT_TRUE(run(plan(), {.directory = out}).finished);
  EXPECT_EQ(replay(plan(), out, 2).step, 2);
  swap_two();
  EXPECT_THAT(data::message_of(Code::data, [&] { (void)replay(plan(), out, 2); }),
              HasSubstr("is not what it was trained on; the run can't be replayed"));
}

TEST_F(DataChanges, AreNoticedAfterTheFirstResumeOfARunThatBeganWithoutAHash) {
  auto unknown = plan();
  unknown.data_digest.contents.clear();
  run(unknown, {.directory = out, .stop_at = 2});
  EXPECT_THAT(recorded_text(out, kDataContents), IsEmpty());
  const auto started = recorded_text(out, "started");
  run(plan(), {.directory = out, .stop_at = 4});
  EXPECT_EQ(recorded_text(out, kDataContents), plan().data_digest.contents);
  EXPECT_EQ(recorded_text(out, "started"), started);
  swap_two();
  EXPECT_THAT(refused(), HasSubstr("the bytes of some images"));
}

TEST_F(DataChanges, AreNotLookedForOutOfMemoryUnlessAsked) {
  run(plan(), {.directory = out, .stop_at = 4});
  EXPECT_EQ(plan({"data.memory=0", "data.hash_contents=true"}).data_digest.contents,
            plan().data_digest.contents);
  swap_two();
  EXPECT_TRUE(run(plan({"data.memory=0"}), {.directory = out}).finished);
  const auto log = train::read_events(out / "metrics.jsonl");
  EXPECT_TRUE(std::ranges::any_of(log, [](const train::Event& event) {
    const auto* warned = std::get_if<train::Warned>(&event);
    return warned != nullptr && warned->message.find("are not compared") != std::string::npos;
  }));
}

TEST_F(DataChanges, DoNotStopAFork) {
  run(plan(), {.directory = out, .stop_at = 4});
  swap_two();
  const auto fork = folder.path / "fork";
  EXPECT_TRUE(run(plan(), {.directory = fork, .fork_from = out}).finished);
  EXPECT_EQ(recorded_text(fork, kDataContents), plan().data_digest.contents);
}

}  // namespace
}  // namespace temper::run

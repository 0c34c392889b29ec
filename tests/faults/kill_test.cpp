// A run that is stopped in any way ends with the same bytes as one that is not.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include "temper/core/random.h"
#include "temper/io/disk/read_file.h"
#include "tests/faults/process.h"

namespace temper::faults {
namespace {

constexpr int kKilled = 128 + SIGKILL;

struct Unbroken {
  std::string result;
  double seconds = 0;
};

Unbroken unbroken(const TestFolder& folder, const std::vector<std::string>& edits = {}) {
  const Job job{.directory = folder / "unbroken", .sets = edits};
  const auto ending = run_worker(job);
  EXPECT_EQ(ending.status, 0) << ending.errors;
  return {result_of(job.directory), ending.seconds};
}

/// The number of calls of a complete run that match `path`.
int count_calls(const TestFolder& folder, const std::string& path, const std::string& call = "") {
  const auto log = folder / "calls.txt";
  std::filesystem::remove(log);
  run_worker({.directory = folder / "logged"},
             fmt::format("do=log to={} path={}{}", log, path, call.empty() ? "" : " call=" + call));
  std::filesystem::remove_all(folder / "logged");
  const auto text = io::read_text(log);
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

/// 1 to n, or this many of them, evenly spaced; their number is a property of the test.
std::vector<int> points(int n, int sample) {
  std::vector<int> all;
  const int count = everything() ? n : std::min(n, sample);
  ::testing::Test::RecordProperty("points", count);
  for (int i = 0; i < count; ++i) all.push_back(1 + i * n / count);
  return all;
}

void expect_recovery(const Job& job, const std::string& wanted, const std::string& what) {
  const auto again = run_worker(job);
  ASSERT_EQ(again.status, 0) << what << ": " << again.errors;
  EXPECT_EQ(result_of(job.directory), wanted) << what;
  std::filesystem::remove_all(job.directory);
}

/// Injects `fault` into a run at each of these calls, and resumes the run.
void expect_recovery_from_kills(const TestFolder& folder, const std::string& fault,
                                const std::vector<int>& calls) {
  const auto whole = unbroken(folder);
  const Job job{.directory = folder / "killed"};
  int kills = 0;
  for (const int at : calls) {
    const auto what = fmt::format("{} at={}", fault, at);
    const int status = run_worker(job, what).status;
    // Whether the last checkpoint is removed before the end depends on the writer thread's timing.
    EXPECT_THAT(status, ::testing::AnyOf(kKilled, 0)) << what;
    kills += status == kKilled;
    expect_recovery(job, whole.result, what);
  }
  ::testing::Test::RecordProperty("kills", kills);
}

TEST(Kill, AtEveryCallOfTheCheckpointPath) {
  const TestFolder folder;
  const int calls = count_calls(folder, "/checkpoints/");
  EXPECT_GE(calls, 128);
  expect_recovery_from_kills(folder, "do=kill path=/checkpoints/", points(calls, 32));
}

TEST(Kill, InTheMiddleOfEveryWrite) {
  const TestFolder folder;
  expect_recovery_from_kills(folder, "do=torn call=write",
                             points(count_calls(folder, "", "write"), 12));
}

TEST(Kill, AgainAndAgainAlsoWhileRecovering) {
  const TestFolder folder;
  const auto whole = unbroken(folder);
  const Job job{.directory = folder / "killed"};
  Random random(1, Purpose::inspect);
  int kills = 0;
  for (int i = 0; i < 20; ++i)
    kills += run_worker(job, fmt::format("do=kill at={}", 1 + random.below(70))).status == kKilled;
  EXPECT_GE(kills, 10);
  RecordProperty("kills", kills);
  expect_recovery(job, whole.result, "20 kills");
}

TEST(Kill, AtRandomMoments) {
  const TestFolder folder;
  // Long enough that a run which is killed in its first sixth repeatedly is hardly ever done.
  const Job job{.directory = folder / "killed", .sets = {"epochs=20"}};
  const auto whole = unbroken(folder, job.sets);
  Random random(2, Purpose::inspect);
  int kills = 0;
  for (int i = 0; i < (everything() ? 20 : 5); ++i) {
    Worker worker(job);
    std::this_thread::sleep_for(
        std::chrono::duration<double>(random.uniform(0, whole.seconds / 6)));
    worker.send(SIGKILL);
    kills += worker.wait().status == kKilled;
  }
  RecordProperty("kills", kills);
  expect_recovery(job, whole.result, "kills at random moments");
}

TEST(Terminate, AtRandomMomentsSavesAndGoesOn) {
  const TestFolder folder;
  const auto whole = unbroken(folder);
  const Job job{.directory = folder / "stopped"};
  Random random(3, Purpose::inspect);
  int saves = 0;
  for (int i = 0; i < (everything() ? 50 : 6); ++i) {
    Worker worker(job);
    std::this_thread::sleep_for(std::chrono::duration<double>(random.uniform(0, whole.seconds)));
    worker.send(SIGTERM);
    // 128 + SIGTERM: killed before the handler was installed, so before there was anything to lose.
    const auto ending = worker.wait();
    EXPECT_THAT(ending.status, ::testing::AnyOf(75, 0, 128 + SIGTERM)) << ending.errors;
    saves += ending.status == 75;
    expect_recovery(job, whole.result, "SIGTERM");
  }
  RecordProperty("saves", saves);
}

TEST(Terminate, EndsAfterTheStepThatItCameIn) {
  const TestFolder folder;
  const auto whole = unbroken(folder);
  for (int step = 1; step < 2 * kStepsPerEpoch; ++step) {
    const Job job{.directory = folder / "stopped", .terminate_at = step};
    EXPECT_EQ(run_worker(job).status, 75);
    EXPECT_TRUE(std::filesystem::exists(
        fmt::format("{}/checkpoints/step-{:08}/manifest.json", job.directory, step)))
        << step;
    expect_recovery({.directory = job.directory}, whole.result, fmt::format("step {}", step));
  }
}

TEST(Disk, FullAtEveryWriteLosesNothing) {
  const TestFolder folder;
  const auto whole = unbroken(folder);
  const Job job{.directory = folder / "full"};
  for (const int at : points(count_calls(folder, "", "write"), 12)) {
    const auto fault = fmt::format("do=ENOSPC call=write at={} times=0", at);
    const auto ending = run_worker(job, fault);
    EXPECT_EQ(ending.status, 4) << fault << ending.errors;
    EXPECT_THAT(ending.errors, ::testing::HasSubstr("No space left")) << fault;
    expect_recovery(job, whole.result, fault);
  }
}

TEST(Disk, FailingOnceAnywhereEndsWithItsErrorAndLosesNothing) {
  const TestFolder folder;
  const auto whole = unbroken(folder);
  const Job job{.directory = folder / "failing"};
  for (const int at : points(count_calls(folder, ""), 16)) {
    const auto fault = fmt::format("do=EIO at={}", at);
    const auto ending = run_worker(job, fault);
    // 0: what failed was the removal of a superseded checkpoint, which is tried again.
    EXPECT_THAT(ending.status, ::testing::AnyOf(4, 0)) << fault << ending.errors;
    expect_recovery(job, whole.result, fault);
  }
}

TEST(Disk, FailingWhileGoingOnLosesNothing) {
  const TestFolder folder;
  const auto whole = unbroken(folder);
  const Job job{.directory = folder / "failing"};
  for (int at = 1; at <= (everything() ? 40 : 8); ++at) {
    ASSERT_EQ(run_worker({.directory = job.directory, .stop_at = 5}).status, 75);
    const auto fault = fmt::format("do=EIO at={}", everything() ? at : 5 * at);
    EXPECT_THAT(run_worker(job, fault).status, ::testing::AnyOf(4, 0)) << fault;
    expect_recovery(job, whole.result, fault);
  }
}

}  // namespace
}  // namespace temper::faults

// A study that is killed in any way ends with the same results as one that is not.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "temper/core/random.h"
#include "temper/study/engine/store.h"
#include "tests/faults/process.h"
#include "tests/study/engine/small_study.h"

namespace temper::faults {
namespace {

constexpr int kKilled = 128 + SIGKILL;
constexpr std::size_t kTrials = 4;

/// The results without times, by fingerprint.
std::map<std::string, study::Result> results_of(const Job& job) {
  const study::Store store(job.directory);
  std::map<std::string, study::Result> results;
  for (const auto& trial : study_trials(job.data, job.in_common)) {
    auto result = store.find(trial.fingerprint);
    if (!result) continue;
    std::erase_if(result->figures, [](const auto& figure) {
      const auto& name = figure.first;
      return name == "seconds" || name.starts_with("time.") || name.starts_with("saved.");
    });
    for (auto& epoch : result->epochs) epoch.seconds = 0;
    results.emplace(trial.fingerprint, *result);
  }
  return results;
}

Job job_in(const TestFolder& folder, const std::string& name, int jobs, bool in_common = false) {
  return {.directory = folder / name,
          .study_jobs = jobs,
          .data = study::small::write_data(folder / "data"),
          .in_common = in_common};
}

struct Unbroken {
  std::map<std::string, study::Result> results;
  double seconds = 0;
};

Unbroken unbroken(const TestFolder& folder, int jobs, bool in_common = false) {
  const auto job = job_in(folder, "unbroken", jobs, in_common);
  const auto ending = run_worker(job);
  EXPECT_EQ(ending.status, 0) << ending.errors;
  Unbroken whole{results_of(job), ending.seconds};
  EXPECT_EQ(whole.results.size(), kTrials);
  return whole;
}

void sleep_for(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

std::vector<int> children_of(int pid) {
  std::ifstream file(fmt::format("/proc/{0}/task/{0}/children", pid));
  std::vector<int> children;
  for (int child = 0; file >> child;) children.push_back(child);
  return children;
}

TEST(Kill, FiveTimesAStudyHasTheResultsOfOneThatIsNotKilled) {
  const TestFolder folder;
  const auto whole = unbroken(folder, 2);
  const auto job = job_in(folder, "killed", 2);
  Random random(1, Purpose::inspect);
  int kills = 0;
  for (int i = 0; i < 5; ++i) {
    Worker worker(job);
    sleep_for(random.uniform(0.15, 0.35) * whole.seconds);
    worker.send(SIGKILL);
    kills += worker.wait().status == kKilled;
  }
  EXPECT_GE(kills, 2);
  ::testing::Test::RecordProperty("kills", kills);
  const auto again = run_worker(job);
  ASSERT_EQ(again.status, 0) << again.errors;
  EXPECT_EQ(results_of(job), whole.results);
}

/// The folders of trials that are there, by name.
std::set<std::string> trial_folders(const Job& job) {
  std::set<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(job.directory) / "trials"))
    if (entry.is_directory()) names.insert(entry.path().filename());
  return names;
}

TEST(Kill, AFolderThatIsBeingRemovedIsNeverTakenForATrial) {
  const TestFolder folder;
  const auto whole = unbroken(folder, 1);
  auto job = job_in(folder, "killed", 1);
  job.keep = false;
  EXPECT_EQ(run_worker(job, "do=kill call=remove path=.discarded/ at=2").status, kKilled);
  EXPECT_THAT(trial_folders(job), ::testing::ElementsAre(::testing::EndsWith(".discarded")));
  const auto again = run_worker(job);
  ASSERT_EQ(again.status, 0) << again.errors;
  EXPECT_EQ(results_of(job), whole.results);
  EXPECT_THAT(trial_folders(job), ::testing::IsEmpty());
}

/// Sends a signal to the process of a trial, three times, while it trains; the study ends with the
/// results of one without it.
void interrupt_trials(const Unbroken& whole, const Job& job, int signal) {
  Worker worker(job);
  std::set<int> interrupted;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (interrupted.size() < 3 && std::chrono::steady_clock::now() < deadline) {
    sleep_for(0.05);
    for (const int child : children_of(worker.pid()))
      if (interrupted.insert(child).second) {
        sleep_for(0.1 * whole.seconds);
        ::kill(child, signal);
      }
  }
  EXPECT_EQ(interrupted.size(), 3U);
  const auto ending = worker.wait();
  ASSERT_EQ(ending.status, 0) << ending.errors;
  EXPECT_EQ(results_of(job), whole.results);
}

TEST(Kill, TrialsOfAStudyAreStartedAgain) {
  const TestFolder folder;
  const auto whole = unbroken(folder, 1);
  interrupt_trials(whole, job_in(folder, "killed", 1), SIGKILL);
}

TEST(Interrupt, AProcessThatTrainsCompanionsIsStartedAgain) {
  const TestFolder folder;
  const auto whole = unbroken(folder, 1, /*in_common=*/true);
  const study::Store store(folder / "unbroken");
  double saved = 0;
  for (const auto& [fingerprint, result] : whole.results) {
    const auto& figures = store.row(fingerprint)->figures;
    if (const auto steps = figures.find("saved.steps"); steps != figures.end())
      saved += steps->second;
  }
  EXPECT_GT(saved, 0) << "no steps were trained along";
  interrupt_trials(whole, job_in(folder, "killed", 1, /*in_common=*/true), SIGKILL);
  interrupt_trials(whole, job_in(folder, "stopped", 1, /*in_common=*/true), SIGTERM);
}

TEST(Terminate, AStudySavesItsTrialsAndGoesOn) {
  const TestFolder folder;
  const auto whole = unbroken(folder, 2);
  const auto job = job_in(folder, "stopped", 2);
  Worker worker(job);
  sleep_for(0.5 * whole.seconds);
  worker.send(SIGTERM);
  const auto ending = worker.wait();
  EXPECT_THAT(ending.status, ::testing::AnyOf(75, 0)) << ending.errors;
  const auto again = run_worker(job);
  ASSERT_EQ(again.status, 0) << again.errors;
  EXPECT_EQ(results_of(job), whole.results);
}

/// How often each trial was started, from a log of the files that processes renamed into place.
std::map<std::string, int> starts_in(const std::string& log) {
  std::map<std::string, int> starts;
  std::ifstream file(log);
  for (std::string line; std::getline(file, line);) {
    const auto trial = std::filesystem::path(line).parent_path().filename().string();
    ++starts[trial];
  }
  return starts;
}

TEST(Lock, TwoProcessesOnOneStudyRunEveryTrialOnceAlsoWhenOneIsKilled) {
  const TestFolder folder;
  const auto whole = unbroken(folder, 1);
  const auto job = job_in(folder, "shared", 1);
  // Another name of the same folder, so that the processes write other logs.
  auto other = job;
  other.directory = folder / "other";
  std::filesystem::create_directories(job.directory);
  std::filesystem::create_directory_symlink(job.directory, other.directory);
  const auto log = folder / "starts.txt";
  const auto fault = fmt::format("do=log to={} call=rename path=/trial.json", log);
  Worker first(job, fault);
  Worker second(other, fault);
  sleep_for(0.5 * whole.seconds);
  first.send(SIGKILL);
  const int status = first.wait().status;
  EXPECT_THAT(status, ::testing::AnyOf(kKilled, 0));
  const auto ending = second.wait();
  ASSERT_EQ(ending.status, 0) << ending.errors;
  EXPECT_EQ(results_of(job), whole.results);
  const auto starts = starts_in(log);
  EXPECT_EQ(starts.size(), kTrials);
  int again = 0;
  for (const auto& [trial, count] : starts) again += count - 1;
  EXPECT_LE(again, status == kKilled ? 1 : 0) << "only that which the killed one had begun";
}

}  // namespace
}  // namespace temper::faults

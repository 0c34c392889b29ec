#include "temper/study/engine/engine.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <csignal>
#include <list>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/printable.h"
#include "temper/core/processors.h"
#include "temper/io/disk/folder.h"
#include "temper/io/disk/lock_file.h"
#include "temper/study/engine/child.h"
#include "temper/study/engine/jobs.h"
#include "temper/study/engine/space.h"
#include "temper/study/engine/trial_folder.h"
#include "temper/train/clock.h"

namespace temper::study {
namespace {

namespace fs = std::filesystem;

constexpr int kMostKills = 3;
constexpr int kSignal = 128;  ///< a status above it is that of a process that a signal ended

/// A trial that is trained in a child process.
struct Running {
  std::size_t job;
  std::vector<io::LockFile> locks;  ///< its own, and those of its companions
  Child child;
  train::Stopwatch watch = {};
};

std::int64_t threads_of(std::int64_t jobs) {
  return std::max<std::int64_t>(1, processors() / jobs);
}

class Engine {
 public:
  Engine(std::span<const Trial> trials, Store& store, const EngineOptions& options);
  void run();
  [[nodiscard]] std::vector<Result> results() const;

 private:
  [[nodiscard]] TrialFolder folder_of(const Trial& trial) const {
    return {options_.folder, trial.folder()};
  }
  [[nodiscard]] fs::path lock_of(const Trial& trial) const {
    return options_.folder / "trials" / (trial.folder() + ".lock");
  }
  void require_teachers() const;
  void require_space() const;
  [[nodiscard]] bool needs_network(std::size_t job) const;
  [[nodiscard]] bool is_answered(std::size_t job) const;
  [[nodiscard]] bool is_ready(const Job& job) const;
  [[nodiscard]] bool is_done(const std::optional<std::size_t>& job) const {
    return !job || jobs_.list[*job].stage == Stage::done;
  }
  [[nodiscard]] bool teacher_diverged(const Job& job) const;
  void loop();
  bool add_trial();
  void withhold_test(const Trial& trial) const;
  void look_at_others();
  bool start_jobs();
  bool start(std::size_t job);
  void train_in_child(std::size_t job, io::LockFile lock);
  bool take_result(std::size_t job);
  void wait() const;
  void collect();
  void ended(const Running& running, int status);
  [[noreturn]] void fail(const Trial& trial, int status) const;
  void finish(std::size_t job);
  void settle(std::size_t job);
  void stop_children();
  void remove_folders();
  void report(std::size_t job) const;
  [[nodiscard]] Progress progress() const;
  [[nodiscard]] std::int64_t count(Stage stage) const;

  Store& store_;
  const EngineOptions& options_;
  Fingerprints* fingerprints_ = nullptr;  ///< during run()
  fs::path program_;
  Jobs jobs_;
  std::vector<std::size_t> order_;
  std::list<Running> running_;
  std::int64_t known_ = 0;
  std::int64_t ended_ = 0;  ///< trials that ended here
  double spent_ = 0;        ///< seconds of these
  train::Stopwatch watch_;
};

Engine::Engine(std::span<const Trial> trials, Store& store, const EngineOptions& options)
    : store_(store),
      options_(options),
      program_(options.program.empty() ? fs::read_symlink("/proc/self/exe") : options.program),
      jobs_(jobs_of(trials)) {
  const auto share = options.share.value_or(Share{});
  if (share.index < 1 || share.index > share.count || options.jobs < 1)
    throw Error(Code::usage, fmt::format("share {} of {}, {} trials at a time; expected a share "
                                         "from 1 to their number, and at least one trial",
                                         share.index, share.count, options.jobs));
  order_ = order_of(jobs_.list.size(), share.index, share.count);
  for (const auto& trial : trials) withhold_test(trial);
}

void Engine::run() {
  io::make_folder(options_.folder / "trials");
  io::remove_discarded(options_.folder / "trials");
  store_.begin();
  for (std::size_t i = 0; i < jobs_.list.size(); ++i)
    if (is_answered(i)) {
      settle(i);
      ++known_;
    }
  require_teachers();
  Fingerprints own;
  fingerprints_ = options_.fingerprints != nullptr ? options_.fingerprints : &own;
  share_steps(jobs_, *fingerprints_);
  require_space();
  try {
    loop();
  } catch (...) {
    stop_children();
    throw;
  }
  remove_folders();
}

void Engine::loop() {
  train::Stopwatch since_look;
  for (;;) {
    if (options_.stop != nullptr && options_.stop->is_set()) {
      stop_children();
      throw Error(Code::stopped,
                  fmt::format("stopped with {} of {} runs done, after saving the others; the same "
                              "command goes on from there",
                              count(Stage::done), jobs_.list.size()));
    }
    while (start_jobs() || add_trial()) continue;
    if (options_.on_progress) options_.on_progress(progress());
    if (count(Stage::done) == std::ssize(jobs_.list)) return;
    wait();
    collect();
    if (since_look.seconds() < 1) continue;
    since_look = {};
    look_at_others();
  }
}

/// Adds the trial that EngineOptions::next has. @return whether there is one
bool Engine::add_trial() {
  const auto busy = std::ssize(running_) + count(Stage::elsewhere);
  if (!options_.next || busy >= options_.jobs || count(Stage::waiting) > 0) return false;
  auto trial = options_.next();
  if (!trial) return false;
  withhold_test(*trial);
  order_.push_back(jobs_.list.size());
  jobs_.list.push_back({.trial = std::move(*trial)});
  if (!is_answered(jobs_.list.size() - 1)) {
    require_space();
    return true;
  }
  settle(jobs_.list.size() - 1);
  ++known_;
  return true;
}

void Engine::withhold_test(const Trial& trial) const {
  if (options_.withhold_test && trial.score_test)
    throw Error(
        Code::internal,
        fmt::format("{}: it would score the test set, which tuning must not see", trial.label));
}

/// A network that a waiting trial learns from is not there.
bool Engine::needs_network(std::size_t job) const {
  if (!jobs_.list[job].teaches || folder_of(jobs_.list[job].trial).has_network()) return false;
  for (std::size_t i = 0; i < jobs_.list.size(); ++i)
    if (jobs_.list[i].teacher == job && !is_answered(i)) return true;
  return false;
}

bool Engine::is_answered(std::size_t job) const {
  const auto& trial = jobs_.list[job].trial;
  const auto* row = store_.row(trial.fingerprint);
  return row != nullptr && answers(*row, trial) && (row->diverged() || !needs_network(job));
}

bool Engine::teacher_diverged(const Job& job) const {
  if (!job.teacher) return false;
  const auto* row = store_.row(jobs_.list[*job.teacher].trial.fingerprint);
  return row != nullptr && row->diverged();
}

bool Engine::is_ready(const Job& job) const {
  return job.stage == Stage::waiting && is_done(job.teacher) && is_done(job.from);
}

void Engine::require_teachers() const {
  for (const auto& job : jobs_.list) {
    if (job.stage == Stage::done || job.trial.teachers.empty() || job.teacher) continue;
    if (!TrialFolder(options_.folder, job.trial.teachers.front()).has_network())
      throw Error(Code::usage,
                  fmt::format("{}: its teacher is neither among the trials nor kept in {}; name it "
                              "as a row, so that it is trained before",
                              job.trial.label, options_.folder.string()));
  }
}

void Engine::require_space() const {
  SpaceEstimate estimate(*fingerprints_);
  std::vector<TrialSpace> spaces;
  std::vector<bool> kept;
  for (const auto& job : jobs_.list) {
    if (job.stage == Stage::done) continue;
    spaces.push_back(estimate.of(job.trial));
    kept.push_back(job.trial.keep || job.teaches || job.from);
  }
  if (spaces.empty()) return;
  study::require_space(options_.folder, space_needed(spaces, kept, options_.jobs),
                       fs::space(options_.folder).available);
}

/// @return whether a trial turned out to be done, so that those that wait for it may be started
bool Engine::start_jobs() {
  bool any = false;
  for (const auto job : order_)
    if (std::ssize(running_) < options_.jobs && is_ready(jobs_.list[job])) any |= start(job);
  return any;
}

/// @return whether it is done without being run
bool Engine::start(std::size_t job) {
  const auto& trial = jobs_.list[job].trial;
  auto lock = io::LockFile::attempt(lock_of(trial));
  if (!lock) {
    jobs_.list[job].stage = Stage::elsewhere;
    return false;
  }
  if (options_.share && !lock->works())
    throw Error(Code::usage,
                fmt::format("{} is on a file system without locks, which a share needs so that "
                            "nothing is run twice; on NFS use version 4, or version 3 with its "
                            "lock daemon, and mount without nolock",
                            options_.folder.string()));
  // Whoever had the lock before may have stored the result.
  store_.refresh();
  bool known = is_answered(job) || take_result(job);
  if (!known && teacher_diverged(jobs_.list[job])) {
    store_.add({.fingerprint = trial.fingerprint,
                .numerics = recipe::kNumerics,
                .seed = trial.recipe.seed,
                .outcome = kDiverged,
                .label = printable(trial.label),
                .measures = asked(trial)});
    known = true;
  }
  if (known) {
    finish(job);
    return true;
  }
  // Another study in the folder may have removed a network that had done its service there.
  if (const auto teacher = jobs_.list[job].teacher; teacher && needs_network(*teacher)) {
    jobs_.list[*teacher].stage = Stage::waiting;
    return false;
  }
  train_in_child(job, std::move(*lock));
  return false;
}

void Engine::train_in_child(std::size_t job, io::LockFile lock) {
  const auto threads = threads_of(options_.jobs);
  std::vector<io::LockFile> locks;
  locks.push_back(std::move(lock));
  std::vector<std::string> companions;
  for (const auto other : jobs_.list[job].companions) {
    const auto& trial = jobs_.list[other].trial;
    if (jobs_.list[other].stage != Stage::waiting || !is_done(jobs_.list[other].teacher)) continue;
    auto theirs = io::LockFile::attempt(lock_of(trial));
    if (!theirs) continue;
    locks.push_back(std::move(*theirs));
    folder_of(trial).write(trial, threads);
    companions.push_back(trial.fingerprint);
  }
  const auto folder = folder_of(jobs_.list[job].trial);
  folder.write(jobs_.list[job].trial, threads, companions);
  std::vector<int> descriptors;
  for (const auto& one : locks) descriptors.push_back(one.descriptor());
  running_.push_back(
      {.job = job, .locks = std::move(locks), .child = Child(program_, folder, descriptors)});
  jobs_.list[job].stage = Stage::running;
}

/// Stores the result in the trial's folder, if there is one that has everything.
bool Engine::take_result(std::size_t job) {
  const auto& trial = jobs_.list[job].trial;
  const auto result = Store(folder_of(trial).path()).find(trial.fingerprint);
  if (!result || !answers(*result, trial)) return false;
  if (!result->diverged() && needs_network(job)) return false;
  store_.add(*result);
  return true;
}

/// Until a child ends, a signal arrives, or a second has passed.
void Engine::wait() const {
  std::vector<pollfd> ends;
  for (const auto& one : running_)
    ends.push_back({.fd = one.child.ended(), .events = POLLIN, .revents = 0});
  ::poll(ends.data(), ends.size(), 1000);
}

void Engine::collect() {
  for (auto one = running_.begin(); one != running_.end();) {
    const auto status = one->child.status();
    if (!status) {
      ++one;
      continue;
    }
    const auto running = std::move(*one);
    one = running_.erase(one);
    ended(running, *status);
  }
}

void Engine::ended(const Running& running, int status) {
  auto& job = jobs_.list[running.job];
  if (status == 0) {
    if (!take_result(running.job)) fail(job.trial, status);
    ++ended_;
    spent_ += running.watch.seconds();
    finish(running.job);
    return;
  }
  job.stage = Stage::waiting;
  const bool was_killed = status > kSignal || status == static_cast<int>(Code::stopped);
  if (options_.stop != nullptr && options_.stop->is_set() && was_killed) return;
  if (!was_killed || ++job.kills > kMostKills) fail(job.trial, status);
}

void Engine::fail(const Trial& trial, int status) const {
  const auto folder = folder_of(trial);
  if (status > kSignal)
    throw Error(Code::internal,
                fmt::format("{}: its process was ended by signal {} {} times{}; what it printed is "
                            "in {}",
                            trial.label, status - kSignal, kMostKills + 1,
                            status == kSignal + SIGKILL
                                ? ", perhaps for want of memory: run fewer trials at a time"
                                : "",
                            folder.output().string()));
  const auto words = folder.last_words();
  const auto known = {Code::usage, Code::data, Code::io};
  const auto* code = std::ranges::find(known, static_cast<Code>(status));
  throw Error(
      code == known.end() ? Code::internal : *code,
      fmt::format("{}: {}", trial.label,
                  words.empty() ? fmt::format("its process ended with status {}", status) : words));
}

/// While its lock is held.
void Engine::finish(std::size_t job) {
  settle(job);
  const auto& one = jobs_.list[job];
  if (!one.trial.keep && !one.teaches) io::discard_folder(folder_of(one.trial).path());
  report(job);
}

/// The result is kept as it is now: another study in the folder that measures the same trial with
/// other options replaces its figures in the store.
void Engine::settle(std::size_t job) {
  auto& one = jobs_.list[job];
  one.stage = Stage::done;
  one.result = store_.find(one.trial.fingerprint);
}

void Engine::look_at_others() {
  store_.refresh();
  for (std::size_t i = 0; i < jobs_.list.size(); ++i) {
    auto& job = jobs_.list[i];
    if (job.stage != Stage::elsewhere && job.stage != Stage::waiting) continue;
    if (is_answered(i)) {
      settle(i);
      report(i);
    } else if (std::ssize(running_) < options_.jobs) {
      job.stage = Stage::waiting;  // to try its lock again
    }
  }
}

void Engine::stop_children() {
  for (const auto& one : running_) one.child.stop();
  for (auto& one : running_) one.child.wait();
  // Their results, of those that have one, are in their folders.
  running_.clear();
}

/// Those of networks that have done their service, and what processes that were killed have left.
void Engine::remove_folders() {
  for (const auto& job : jobs_.list) {
    const auto path = folder_of(job.trial).path();
    if (job.trial.keep || !fs::exists(path)) continue;
    if (const auto lock = io::LockFile::attempt(lock_of(job.trial))) io::discard_folder(path);
  }
}

void Engine::report(std::size_t job) const {
  if (!options_.on_progress) return;
  auto now = progress();
  now.ended = store_.row(jobs_.list[job].trial.fingerprint);
  now.label = jobs_.list[job].trial.label;
  options_.on_progress(now);
}

std::int64_t Engine::count(Stage stage) const {
  return std::ranges::count(jobs_.list, stage, &Job::stage);
}

Progress Engine::progress() const {
  Progress now{.trials = std::ssize(jobs_.list),
               .done = count(Stage::done),
               .known = known_,
               .running = std::ssize(running_),
               .elsewhere = count(Stage::elsewhere),
               .spent = spent_,
               .elapsed = watch_.seconds()};
  if (ended_ == 0) return now;
  std::vector<double> running(static_cast<std::size_t>(now.elsewhere), 0);
  for (const auto& one : running_) running.push_back(one.watch.seconds());
  now.time_left = time_left(spent_ / static_cast<double>(ended_), running, now.left(),
                            options_.jobs + now.elsewhere);
  return now;
}

std::vector<Result> Engine::results() const {
  std::vector<Result> all;
  for (const auto job : jobs_.of_trial) all.push_back(jobs_.list[job].result.value());
  return all;
}

}  // namespace

std::vector<Result> run_trials(std::span<const Trial> trials, Store& store,
                               const EngineOptions& options) {
  Engine engine(trials, store, options);
  engine.run();
  return engine.results();
}

}  // namespace temper::study

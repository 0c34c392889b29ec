#include "tests/faults/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "temper/io/hash.h"
#include "temper/io/json_lines.h"
#include "temper/io/read_file.h"

namespace temper::faults {
namespace {

namespace fs = std::filesystem;

std::string text_of(const std::string& path) {
  return fs::exists(path) ? io::read_text(path) : "";
}

void redirect(int to, const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  ::dup2(file, to);
  ::close(file);
}

}  // namespace

Worker::Worker(const Job& job, const std::string& fault) : log_(job.directory + ".log") {
  std::vector<std::string> words{"/proc/self/exe"};
  const auto rest = command_line(job);
  words.insert(words.end(), rest.begin(), rest.end());
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ != 0) return;
  redirect(STDOUT_FILENO, log_ + ".out");
  redirect(STDERR_FILENO, log_ + ".err");
  if (!fault.empty()) ::setenv("TEMPER_FAULT", fault.c_str(), 1);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

Worker::~Worker() {
  if (pid_ < 0) return;
  send(SIGKILL);
  wait();
}

void Worker::send(int signal) const {
  ::kill(pid_, signal);
}

void Worker::await_pause() const {
  int status = 0;
  ::waitpid(pid_, &status, WUNTRACED);
}

Ending Worker::wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
          text_of(log_ + ".out"), text_of(log_ + ".err")};
}

Ending run_worker(const Job& job, const std::string& fault) {
  return Worker(job, fault).wait();
}

TestFolder::TestFolder() {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  path_ = fs::temp_directory_path() /
          ("temper-faults-" + std::string(test->name()) + "-" + std::to_string(::getpid()));
  fs::remove_all(path_);
  fs::create_directories(path_);
}

TestFolder::~TestFolder() {
  if (::testing::Test::HasFailure()) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string result_of(const std::string& directory) {
  const fs::path run = directory;
  io::Hash hash;
  std::set<fs::path> files;  // weights, averages by their kind's name, predictions
  for (const auto& entry : fs::directory_iterator(run))
    if (entry.path().extension() == ".safetensors") files.insert(entry.path().filename());
  for (const auto& name : files) hash.update(name.string() + io::hash_file(run / name));
  for (auto line : io::read_json_lines(run / "metrics.jsonl")) {
    const auto event = line.value("event", "");
    if (event == "start" || event == "end" || event == "warning") continue;
    line.erase("seconds");
    line.erase("images_per_second");
    hash.update(line.dump());
  }
  return hash.hex();
}

bool everything() {
  return std::getenv("TEMPER_TEST_EVERYTHING") != nullptr;  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace temper::faults

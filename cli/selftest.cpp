#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "commands.h"
#include "temper/core/error.h"
#include "temper/io/libjpeg_version.h"
#include "temper/io/read_file.h"
#include "temper/train/environment.h"

namespace temper::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// A part of the tests that are installed with the program.
struct Part {
  std::string name;
  std::string filter;
  std::string instruction_set;  ///< LibTorch's name for it; "": that of the machine
};

struct Result {
  std::string name;
  int passed = 0;
  std::vector<std::string> failed = {};
};

constexpr auto kStopped = "Kill.AgainAndAgainAlsoWhileRecovering:Terminate.EndsAfter*";
constexpr auto kJpeg = "JpegScan.*";
// Excludes tests that compare no numbers, and the slow ones with the largest networks.
constexpr auto kNumbers =
    "-Kill.*:Terminate.*:Disk.*:Damage.*:Best.*:Resume.*:Fork.*:Lock.*:"
    "NotFinite.*:*Guard*:Allocation*:*MultiplyAdds*:*Depth40*:JpegScan.*";

/// The numerical tests under every instruction set up to that of the machine, scalar first; then
/// the others.
std::vector<Part> parts() {
  std::vector<Part> all;
  constexpr std::array<std::pair<const char*, const char*>, 3> sets{
      {{"DEFAULT", "default"}, {"AVX2", "avx2"}, {"AVX512", "avx512"}}};
  const auto machines = train::platform({}).instruction_set;
  for (const auto& [name, value] : sets) {
    all.push_back({fmt::format("published numbers, {}", name), kNumbers, value});
    if (name == machines) break;
  }
  all.push_back({"train, kill and resume", kStopped, ""});
  const bool is_own = io::codec::supports_jpeg_scan(io::codec::libjpeg_version());
  all.push_back({is_own ? "JPEG, temper's decoder" : "JPEG, libjpeg's decoder", kJpeg, ""});
  return all;
}

/// Path of the test program, which is beside this one both in the build folder and when installed.
fs::path program() {
  const auto here = fs::read_symlink("/proc/self/exe").parent_path();
  const auto path = here / "temper-selftest";
  if (!fs::exists(path))
    throw Error(Code::usage,
                fmt::format("{} does not exist; build temper with TEMPER_TESTS=ON", path.string()));
  if (const auto golden = here / "../../share/temper/golden"; fs::exists(golden))
    ::setenv("TEMPER_GOLDEN_DIR", golden.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  return path;
}

/// Runs a part in a separate process.
class Process {
 public:
  Process(Part part, const fs::path& program, fs::path results)
      : part_(std::move(part)), results_(std::move(results)), child_(::fork()) {
    if (child_ != 0) return;
    const auto choice = "--gtest_filter=" + part_.filter;
    const auto output = "--gtest_output=json:" + results_.string();
    const int nowhere = ::open("/dev/null", O_WRONLY);
    if (nowhere >= 0) {
      ::dup2(nowhere, STDOUT_FILENO);
      ::dup2(nowhere, STDERR_FILENO);
    }
    if (!part_.instruction_set.empty())
      ::setenv("ATEN_CPU_CAPABILITY", part_.instruction_set.c_str(), 1);  // NOLINT
    ::execl(program.c_str(), program.c_str(), choice.c_str(), output.c_str(), nullptr);
    ::_exit(127);
  }

  Result wait() {
    int status = 0;
    ::waitpid(child_, &status, 0);
    Result result{.name = part_.name};
    const auto report =
        fs::exists(results_) ? json::parse(io::read_text(results_), nullptr, false) : json();
    if (!report.is_object())
      result.failed.push_back(fmt::format("ended with status {}", WIFEXITED(status)
                                                                      ? WEXITSTATUS(status)
                                                                      : 128 + WTERMSIG(status)));
    for (const auto& suite : report.value("testsuites", json::array()))
      for (const auto& test : suite.value("testsuite", json::array())) {
        if (test.contains("failures"))
          result.failed.push_back(suite.value("name", "") + "." + test.value("name", ""));
        else if (test.value("result", "") == "COMPLETED")
          ++result.passed;
      }
    return result;
  }

 private:
  Part part_;
  fs::path results_;
  pid_t child_;
};

void print(const Result& result) {
  fmt::print("{:<28} {:4} passed, {} failed\n", result.name, result.passed, result.failed.size());
  for (const auto& name : result.failed) fmt::print("    {}\n", name);
  std::fflush(stdout);
}

int selftest(bool as_json) {
  const auto tests = program();
  auto pattern = (fs::temp_directory_path() / "temper-selftest-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    throw Error(Code::io,
                fmt::format("cannot create a folder in {}", fs::temp_directory_path().string()));
  const fs::path folder = pattern;
  json list = json::array();
  bool all = true;
  std::vector<Process> processes;
  for (auto& part : parts()) {
    const auto results = folder / fmt::format("{}.json", processes.size());
    processes.emplace_back(std::move(part), tests, results);
  }
  for (auto& process : processes) {
    const auto result = process.wait();
    all = all && result.failed.empty() && result.passed > 0;
    list.push_back({{"name", result.name}, {"passed", result.passed}, {"failed", result.failed}});
    if (!as_json) print(result);
  }
  fs::remove_all(folder);
  if (as_json) fmt::print("{}\n", json{{"passed", all}, {"parts", list}}.dump(2));
  if (!all && !as_json) fmt::print("Some tests failed with this build on this machine.\n");
  return all ? 0 : static_cast<int>(Code::internal);
}

}  // namespace

void add_selftest(const Command& app) {
  const auto command =
      app.command("selftest", "Compare every method with published numbers on this machine");
  auto as_json = std::make_shared<bool>(false);
  command.flag("--json", *as_json, "print as JSON");
  command.footer(
      "Compares the methods, under every instruction set that LibTorch supports on this processor\n"
      "(scalar first), with numbers from the published implementations; trains, kills and resumes\n"
      "runs and compares the resulting bytes; compares the decoder of JPEG files with libjpeg's,\n"
      "and says which one is used. Exit status 70 when anything differs.");
  command.run([as_json] {
    if (const int status = selftest(*as_json); status != 0) end_with(status);
  });
}

}  // namespace temper::cli

#include "temper/run/selftest.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>

#include "temper/core/error.h"
#include "temper/io/disk/read_file.h"
#include "temper/io/image/libjpeg_version.h"
#include "temper/run/environment.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr auto kStopped = "Kill.AgainAndAgainAlsoWhileRecovering:Terminate.EndsAfter*";
// Excludes tests that compare no numbers, and the slow ones with the largest networks.
constexpr auto kNumbers =
    "-Kill.*:Terminate.*:Disk.*:Damage.*:Best.*:Resume.*:Fork.*:Lock.*:"
    "NotFinite.*:*Guard*:Allocation*:*MultiplyAdds*:*Depth40*:JpegScan.*";
constexpr auto kJpeg = "JpegScan.*";

/// A part that runs in a separate process.
class Process {
 public:
  Process(SelftestPart part, const fs::path& program, fs::path results)
      : part_(std::move(part)), results_(std::move(results)), child_(::fork()) {
    if (child_ != 0) return;
    const auto choice = "--gtest_filter=" + part_.filter;
    const auto output = "--gtest_output=json:" + results_.string();
    const int nowhere = ::open("/dev/null", O_WRONLY);
    if (nowhere >= 0) {
      ::dup2(nowhere, STDOUT_FILENO);
      ::dup2(nowhere, STDERR_FILENO);
    }
    // In an installed program; in the build folder the tests know the path.
    if (const auto golden = program.parent_path() / "../../share/temper/golden"; fs::exists(golden))
      ::setenv("TEMPER_GOLDEN_DIR", golden.c_str(), 1);
    if (!part_.instruction_set.empty())
      ::setenv("ATEN_CPU_CAPABILITY", part_.instruction_set.c_str(), 1);
    ::execl(program.c_str(), program.c_str(), choice.c_str(), output.c_str(), nullptr);
    ::_exit(127);
  }

  SelftestResult wait() {
    int status = 0;
    ::waitpid(child_, &status, 0);
    SelftestResult result{.name = part_.name};
    const auto report =
        fs::exists(results_) ? json::parse(io::read_text(results_), nullptr, false) : json();
    if (!report.is_object()) {
      result.failed.push_back(fmt::format("ended with status {}", WIFEXITED(status)
                                                                      ? WEXITSTATUS(status)
                                                                      : 128 + WTERMSIG(status)));
      return result;
    }
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
  SelftestPart part_;
  fs::path results_;
  pid_t child_;
};

}  // namespace

std::vector<SelftestPart> selftest_parts() {
  std::vector<SelftestPart> all;
  constexpr std::array<std::pair<const char*, const char*>, 3> sets{
      {{"DEFAULT", "default"}, {"AVX2", "avx2"}, {"AVX512", "avx512"}}};
  const auto machines = platform({}).instruction_set;
  for (const auto& [name, value] : sets) {
    all.push_back({fmt::format("published numbers, {}", name), kNumbers, value});
    if (name == machines) break;
  }
  all.push_back({"train, kill and resume", kStopped});
  const bool is_own = io::codec::supports_jpeg_scan(io::codec::libjpeg_version());
  all.push_back({is_own ? "JPEG, temper's decoder" : "JPEG, libjpeg's decoder", kJpeg});
  return all;
}

fs::path selftest_program() {
  const auto path = fs::read_symlink("/proc/self/exe").parent_path() / "temper-selftest";
  if (!fs::exists(path))
    throw Error(
        Code::usage,
        fmt::format("{} does not exist; build the target temper-selftest (with TEMPER_TESTS=ON)",
                    path.string()));
  return path;
}

std::vector<SelftestResult> selftest(const fs::path& program,
                                     const std::vector<SelftestPart>& parts,
                                     const std::function<void(const SelftestResult&)>& on_result) {
  auto pattern = (fs::temp_directory_path() / "temper-selftest-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    throw Error(Code::io,
                fmt::format("cannot create a folder in {}", fs::temp_directory_path().string()));
  const fs::path folder = pattern;
  std::vector<Process> processes;
  for (const auto& part : parts) {
    const auto results = folder / fmt::format("{}.json", processes.size());
    processes.emplace_back(part, program, results);
  }
  std::vector<SelftestResult> all;
  for (auto& process : processes) {
    all.push_back(process.wait());
    if (on_result) on_result(all.back());
  }
  fs::remove_all(folder);
  return all;
}

}  // namespace temper::run

#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

/// Running the tests that are installed with the program.
namespace temper::run {

/// A part of the tests, which runs in a process of its own.
struct SelftestPart {
  std::string name;
  std::string filter;                ///< of GoogleTest
  std::string instruction_set = {};  ///< LibTorch's name for it; "": that of the machine
};

struct SelftestResult {
  std::string name;
  int passed = 0;
  std::vector<std::string> failed = {};  ///< tests, or how the process ended

  [[nodiscard]] bool good() const { return failed.empty() && passed > 0; }
};

/// The numerical tests under every instruction set up to that of the machine, scalar first, and
/// runs that are killed and resumed.
std::vector<SelftestPart> selftest_parts();

/// The test program, which is beside the running one both in the build folder and when installed.
/// Throws Error{Code::usage} where there is none.
std::filesystem::path selftest_program();

/// Runs the parts side by side. Throws Error{Code::io} where no temporary folder can be created.
/// @param on_result  receives each result as soon as it and those before it are known
std::vector<SelftestResult> selftest(
    const std::filesystem::path& program, const std::vector<SelftestPart>& parts,
    const std::function<void(const SelftestResult&)>& on_result = {});

}  // namespace temper::run

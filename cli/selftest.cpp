#include "temper/run/selftest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "commands.h"
#include "temper/core/error.h"

namespace temper::cli {
namespace {

void print(const run::SelftestResult& result) {
  fmt::print("{:<28} {:4} passed, {} failed\n", result.name, result.passed, result.failed.size());
  for (const auto& name : result.failed) fmt::print("    {}\n", name);
  std::fflush(stdout);
}

int selftest(bool as_json) {
  const auto results = run::selftest(run::selftest_program(), run::selftest_parts(),
                                     [as_json](const run::SelftestResult& result) {
                                       if (!as_json) print(result);
                                     });
  const bool all = std::ranges::all_of(results, &run::SelftestResult::good);
  if (as_json) {
    auto list = nlohmann::json::array();
    for (const auto& one : results)
      list.push_back({{"name", one.name}, {"passed", one.passed}, {"failed", one.failed}});
    fmt::print("{}\n", nlohmann::json{{"passed", all}, {"parts", list}}.dump(2));
  } else if (!all) {
    fmt::print("Some tests failed with this build on this machine.\n");
  }
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

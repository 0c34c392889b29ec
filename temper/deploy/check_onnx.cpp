#include "temper/deploy/check_onnx.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <utility>

#include "temper/core/error.h"
#include "temper/deploy/check_script.h"
#include "temper/deploy/run_program.h"

namespace temper::deploy {
namespace {

// Exit statuses of the script.
constexpr int kMissing = 8;
constexpr int kDiffers = 9;

std::string python() {
  const char* named = std::getenv("TEMPER_ONNX_PYTHON");  // NOLINT(concurrency-mt-unsafe)
  return named == nullptr || *named == '\0' ? "python3" : named;
}

/// A text of several lines on one.
std::string on_one_line(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  std::string line(text);
  std::ranges::replace(line, '\n', ' ');
  return line;
}

/// Throws where there is no Python with the packages, or the script fails.
/// @return its exit status, 0 or kDiffers, and what it printed
ProgramResult run_script(const std::string& argument) {
  const auto program = python();
  auto result = run_program({program, "-c", std::string(kCheckScript), argument});
  result.output = on_one_line(result.output);
  const auto refuse = [&](const std::string& why) {
    throw Error(
        Code::usage,
        fmt::format("--check needs Python with onnxruntime: {}; to install what it needs: {} "
                    "-m pip install {} (or name another Python in TEMPER_ONNX_PYTHON)",
                    why, program, on_one_line(kCheckPackages)));
  };
  if (result.error != 0)
    refuse(fmt::format("{} could not be started ({})", program,
                       std::generic_category().message(result.error)));
  if (result.status == kMissing) refuse(fmt::format("{} says: {}", program, result.output));
  if (result.status != 0 && result.status != kDiffers)
    throw Error(Code::data, fmt::format("the check could not be completed: {} ended with exit "
                                        "status {}, and its messages are above",
                                        program, result.status));
  return result;
}

}  // namespace

void require_checker() {
  (void)run_script("--packages");
}

std::string check_onnx(const std::filesystem::path& model) {
  auto result = run_script(std::filesystem::absolute(model).string());
  if (result.status == kDiffers)
    throw Error(Code::data, {.file = model.string()}, std::move(result.output));
  return std::move(result.output);
}

}  // namespace temper::deploy

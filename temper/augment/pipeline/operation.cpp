#include "temper/augment/pipeline/operation.h"

#include <fmt/format.h>

#include "temper/augment/pipeline/timm_string.h"
#include "temper/core/error.h"

namespace temper::augment {
namespace {

void check_nesting(std::span<const Operation> operations, const std::string& path, int depth) {
  for (std::size_t k = 0; k < operations.size(); ++k)
    std::visit(
        [&](const auto& options) {
          if constexpr (requires { options.operations; }) {
            const auto inner = fmt::format("{}.{}.operations", path, k);
            if (options.operations.empty())
              throw Error(Code::usage, {.option = inner},
                          fmt::format("{} is empty; expected at least one operation, such as "
                                      "[\"flip\"]",
                                      inner));
            if (depth == kMaxNesting)
              throw Error(Code::usage, {.option = inner},
                          fmt::format("{} is a list within {} others; expected at most {}", inner,
                                      depth, kMaxNesting - 1));
            check_nesting(options.operations, inner, depth + 1);
          }
        },
        operations[k]);
}

/// The error of an operation's own check, which does not know where the operation is.
Error placed(const Error& error, const std::string& path, std::size_t k) {
  if (path.empty()) return error;
  const auto option = fmt::format("{}.{}", path, k);
  return {error.code(), {.option = option}, fmt::format("{}: {}", option, error.message())};
}

}  // namespace

std::optional<Operation> Operation::read(std::string_view text) {
  return read_timm_string(text);
}

std::string Operation::written() const {
  return timm_string(*this);
}

bool fits_input(const Operation& operation) {
  return std::visit(
      [](const auto& options) {
        if constexpr (requires { options.fits_input(); })
          return options.fits_input();
        else
          return false;
      },
      operation);
}

void check_nesting(std::span<const Operation> operations, const std::string& path) {
  check_nesting(operations, path, 1);
}

void check_options(std::span<const Operation> operations, const std::string& path) {
  for (std::size_t k = 0; k < operations.size(); ++k)
    std::visit(
        [&](const auto& options) {
          if constexpr (requires { options.check(); }) try {
              options.check();
            } catch (const Error& error) {
              throw placed(error, path, k);
            }
          if constexpr (requires { options.operations; })
            check_options(options.operations,
                          path.empty() ? path : fmt::format("{}.{}.operations", path, k));
        },
        operations[k]);
}

}  // namespace temper::augment

#include "temper/deploy/onnx_opset.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "temper/core/error.h"

namespace temper::deploy {
namespace {

/// Operators that are younger than kOldestOpset.
struct Since {
  std::string_view op;
  std::int64_t opset = 0;
};
constexpr std::array kYounger{Since{"HardSwish", 14}, Since{"LayerNormalization", 17}};

struct Published {
  std::int64_t from = 0;  ///< opset
  std::int64_t ir_version = 0;
};
constexpr std::array kPublished{Published{13, 7}, Published{15, 8}, Published{19, 9},
                                Published{21, 10}};

}  // namespace

void check_opset(std::int64_t opset) {
  if (opset >= kOldestOpset && opset <= kNewestOpset) return;
  throw Error(Code::usage, {.option = "--opset"},
              fmt::format("--opset {}: temper writes the operators of opset {} to {}; {} is the "
                          "default",
                          opset, kOldestOpset, kNewestOpset, kDefaultOpset));
}

std::int64_t ir_version(std::int64_t opset) {
  auto version = kPublished.front().ir_version;
  for (const auto& one : kPublished)
    if (opset >= one.from) version = one.ir_version;
  return version;
}

void require(std::int64_t opset, std::string_view op) {
  const auto* const found = std::ranges::find(kYounger, op, &Since::op);
  if (found == kYounger.end() || opset >= found->opset) return;
  throw Error(Code::usage, {.option = "--opset"},
              fmt::format("--opset {} has no operator {}, which this network needs; choose {} or "
                          "later",
                          opset, op, found->opset));
}

}  // namespace temper::deploy

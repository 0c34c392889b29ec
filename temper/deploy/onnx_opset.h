#pragma once
#include <cstdint>
#include <string_view>

/// Versions of ONNX's operators ("opsets") and of the format that holds them. The numbers are those
/// of https://onnx.ai/onnx/repo-docs/Versioning.html and https://onnx.ai/onnx/operators/.
namespace temper::deploy {

inline constexpr std::int64_t kOldestOpset = 13;
inline constexpr std::int64_t kNewestOpset = 22;
inline constexpr std::int64_t kDefaultOpset = 17;

/// Throws Error{Code::usage} for one that is not in [kOldestOpset, kNewestOpset].
void check_opset(std::int64_t opset);

/// The version of the format that was published together with the opset: 8 for 17.
/// @param opset  in [kOldestOpset, kNewestOpset]
std::int64_t ir_version(std::int64_t opset);

/// Throws Error{Code::usage} where the opset has no such operator.
/// @param op  one that temper writes: "LayerNormalization"
void require(std::int64_t opset, std::string_view op);

}  // namespace temper::deploy

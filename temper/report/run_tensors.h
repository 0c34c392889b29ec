#pragma once
#include <filesystem>

#include "temper/report/run.h"

namespace temper::report {

/// predictions.safetensors. Throws Error{Code::data} when tensors are missing, of another type or
/// of shapes that don't fit each other. A run that learned values has "predicted" F64 [n, d],
/// "targets" F64 [n, d], "deviation" F64 [d] and "ids", another one "logits", "labels" and "ids".
Predictions read_predictions(const std::filesystem::path& path);

/// mistakes.safetensors: "images" U8 [k, h, w, 1 or 3] and "rows" I64 [k], each in [0, rows).
MistakeImages read_mistakes(const std::filesystem::path& path, std::int64_t rows);

}  // namespace temper::report

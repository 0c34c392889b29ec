#pragma once
#include <filesystem>

#include "temper/report/run.h"

namespace temper::report {

/// Reads predictions.safetensors. Throws Error{Code::data} when tensors are missing, have another
/// type or inconsistent shapes. A regression run has "predicted" F64 [n, d], "targets" F64 [n, d],
/// "deviation" F64 [d] and "ids", a classification run "logits", "labels" and "ids".
Predictions read_predictions(const std::filesystem::path& path);

/// Reads mistakes.safetensors: "images" U8 [k, h, w, 1 or 3] and "rows" I64 [k], each in [0, rows).
MistakeImages read_mistakes(const std::filesystem::path& path, std::int64_t rows);

}  // namespace temper::report

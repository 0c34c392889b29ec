#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "temper/io/format/safetensors.h"
#include "temper/model/inspection.h"

/// The output of `temper inspect`.
namespace temper::report {

/// @param batch  images for which memory is estimated
std::string to_text(const model::Inspection& inspection, std::int64_t batch);
nlohmann::ordered_json to_json(const model::Inspection& inspection, std::int64_t batch);

/// The tensors of a file.
std::string to_text(std::span<const io::TensorView> tensors);
nlohmann::ordered_json to_json(std::span<const io::TensorView> tensors);

}  // namespace temper::report

#pragma once
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <vector>

#include "temper/augment/pipeline/applier.h"

namespace temper::run {

/// {"top": 0, "left": 0, "height": 28, "width": 28}
nlohmann::json to_json(const augment::Box& box);

/// What the operations on an image drew and did, as in samples.json (docs/run-directory.md).
nlohmann::ordered_json to_json(std::span<const augment::Trace> traces);

/// The same, read back, except for Trace::after. What is missing or of another type is empty.
std::vector<augment::Trace> traces_from(const nlohmann::json& json);

}  // namespace temper::run

#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace temper::io {

/// JSON as text in UTF-8, whatever names it holds: bytes that are not UTF-8 become text, as
/// printable() shows them. All control characters are escaped, so that it may be shown on a
/// terminal.
/// @param indent  spaces per level; -1: all on one line
std::string json_text(const nlohmann::json& value, int indent = -1);
std::string json_text(const nlohmann::ordered_json& value, int indent = -1);

}  // namespace temper::io

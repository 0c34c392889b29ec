#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace temper::io {

/// JSON as text in UTF-8, whatever names it holds: bytes that are not UTF-8 become text, as
/// printable() shows them. All control characters are escaped, so that it may be shown on a
/// terminal.
/// @param indent  spaces per level; -1: all on one line
std::string json_text(const nlohmann::json& value, int indent = -1);
std::string json_text(const nlohmann::ordered_json& value, int indent = -1);

/// Levels of lists and objects in a file that somebody else has made, at most.
inline constexpr int kDeepestJson = 100;

/// JSON that somebody else has made; discarded where the text is none. Throws Error{Code::data}
/// where lists and objects are nested more than kDeepestJson levels deep: writing, copying and
/// comparing a value takes a function call for each.
/// @param file  for messages
nlohmann::json parsed_json(std::string_view text, const std::string& file);

}  // namespace temper::io

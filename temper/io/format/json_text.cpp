#include "temper/io/format/json_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/printable.h"

namespace temper::io {
namespace {

/// The value with all texts in UTF-8; names of keys are left to dump().
template <class Json>
Json in_utf8(Json value) {
  if (value.is_string()) {
    auto& text = value.template get_ref<std::string&>();
    if (!is_utf8(text)) text = printable(text);
  }
  if (value.is_structured())
    for (auto& part : value) part = in_utf8(std::move(part));
  return value;
}

/// Escapes the control characters that JSON may contain: DEL and U+0080 to U+009F.
std::string without_controls(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if (text[i] == '\x7F')
      result += "\\u007f";
    else if (text[i] == '\xC2' && next >= 0x80 && next < 0xA0)
      result += fmt::format("\\u{:04x}", static_cast<unsigned char>(text[++i]));
    else
      result += text[i];
  }
  return result;
}

template <class Json>
std::string text_of(const Json& value, int indent) {
  constexpr auto replace = Json::error_handler_t::replace;
  try {
    return without_controls(value.dump(indent));
  } catch (const typename Json::type_error&) {
    return without_controls(in_utf8(value).dump(indent, ' ', false, replace));
  }
}

}  // namespace

std::string json_text(const nlohmann::json& value, int indent) {
  return text_of(value, indent);
}

std::string json_text(const nlohmann::ordered_json& value, int indent) {
  return text_of(value, indent);
}

nlohmann::json parsed_json(std::string_view text, const std::string& file) {
  const auto check = [&](int depth, nlohmann::json::parse_event_t event, const nlohmann::json&) {
    using enum nlohmann::json::parse_event_t;
    if ((event == object_start || event == array_start) && depth >= kDeepestJson)
      throw Error(Code::data, {.file = file},
                  fmt::format("lists and objects are nested more than {} levels deep; expected "
                              "fewer: get the file again",
                              kDeepestJson));
    return true;
  };
  return nlohmann::json::parse(text, check, /*allow_exceptions=*/false);
}

}  // namespace temper::io

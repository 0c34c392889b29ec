#pragma once
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <system_error>

namespace temper {

/// The number that the whole text is, in the notation of std::from_chars: without spaces and
/// without '+'; a floating-point number may be "inf" or "nan". Nothing for any other text, and for
/// one beyond the range of Number.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The finite number that the whole text is. Nothing for any other text.
inline std::optional<double> parse_finite(std::string_view text) {
  const auto number = parse_number<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

}  // namespace temper

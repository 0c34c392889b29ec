#pragma once
#include <fmt/format.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace temper::report {

/// Markup, as opposed to text. Text becomes markup only through html(), which escapes it, so that a
/// class named "<script>" is shown as text.
struct Html {
  std::string markup;

  Html& operator+=(const Html& more) {
    markup += more.markup;
    return *this;
  }
};

/// Text with & < > " ' written as entities: safe in elements and in quoted attributes. Control
/// characters other than line feeds, and bytes that are not UTF-8, are shown as escapes.
std::string escape(std::string_view text);

namespace detail {
inline std::string_view as_markup(const Html& html) {
  return html.markup;
}
inline std::string as_markup(std::string_view text) {
  return escape(text);
}
template <class T>
  requires std::is_integral_v<T>
T as_markup(T number) {
  return number;
}
}  // namespace detail

/// `pattern`, a literal of the program, with the arguments in place of {}: text is escaped, Html
/// and integers are inserted unchanged. Other numbers must be formatted first (number.h).
template <class... A>
Html html(fmt::format_string<decltype(detail::as_markup(std::declval<const A&>()))...> pattern,
          const A&... arguments) {
  return {fmt::format(pattern, detail::as_markup(arguments)...)};
}

/// RFC 4648, with padding.
std::string base64(std::span<const std::byte> bytes);

}  // namespace temper::report

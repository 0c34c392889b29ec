#include "temper/report/markdown.h"

#include "temper/core/printable.h"

namespace temper::report {

std::string markdown(std::string_view text) {
  constexpr std::string_view special = "\\`*_{}[]<>#|~";
  std::string result;
  for (const char c : printable(text)) {
    if (special.find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

}  // namespace temper::report

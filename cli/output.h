#pragma once
#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <utility>

namespace temper::cli {

/// Prints text that may hold names of files, classes and runs. What a terminal would obey in them
/// is escaped (printable_lines()).
void put(std::FILE* to, const std::string& text);

/// The same with the arguments of fmt::print.
template <class... A>
void print_text(std::FILE* to, fmt::format_string<A...> pattern, A&&... arguments) {
  put(to, fmt::format(pattern, std::forward<A>(arguments)...));
}
template <class... A>
void print_text(fmt::format_string<A...> pattern, A&&... arguments) {
  put(stdout, fmt::format(pattern, std::forward<A>(arguments)...));
}

}  // namespace temper::cli

#pragma once
#include <string>
#include <string_view>

/// Names of files, classes and tables are bytes that anybody may have chosen.
namespace temper {

/// Whether bytes are UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view bytes);

/// A name as it is shown to people, on one line and without effect on a terminal: control
/// characters and bytes that are not UTF-8 are written as \n, \t, \x1b, \xe4.
std::string printable(std::string_view name);

/// The same for a text of several lines, whose line feeds stay.
std::string printable_lines(std::string_view text);

}  // namespace temper

#pragma once
#include <string>
#include <string_view>

namespace temper::report {

/// Text in Markdown that shows exactly the text: characters with a meaning are escaped, control
/// characters are shown as printable() shows them.
std::string markdown(std::string_view text);

}  // namespace temper::report

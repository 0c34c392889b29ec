#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "fuzz/hostile.h"
#include "temper/core/printable.h"
#include "temper/io/format/json_text.h"

namespace {

bool is_quiet(const std::string& text) {
  return temper::is_utf8(text) && temper::printable(text) == text;
}

}  // namespace

// Whatever bytes a name has, what is shown of it is UTF-8 without control characters, and its JSON
// can be read; names in UTF-8 are read as they are.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    const std::string name(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (!is_quiet(temper::printable(name))) std::abort();
    auto lines = temper::printable_lines(name);
    std::erase(lines, '\n');
    if (!is_quiet(lines)) std::abort();
    const auto text = temper::io::json_text(nlohmann::json{{"name", name}});
    if (!is_quiet(text)) std::abort();
    const std::string read = nlohmann::json::parse(text).at("name");
    if (read != (temper::is_utf8(name) ? name : temper::printable(name))) std::abort();
  });
}

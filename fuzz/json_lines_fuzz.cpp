#include <nlohmann/json.hpp>
#include <string_view>

#include "fuzz/hostile.h"
#include "temper/io/format/json_lines.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    static_cast<void>(temper::io::parse_json_lines(text, "fuzz"));
  });
}

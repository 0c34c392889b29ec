#include <cstdlib>
#include <string_view>

#include "fuzz/hostile.h"
#include "temper/data/sources/pack_info.h"

// dataset.json of packed sets.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const auto info = temper::data::parse_pack_info(text, "fuzz");
    // What is accepted must be read again from what would be written.
    if (temper::data::parse_pack_info(to_text(info), "fuzz") != info) std::abort();
  });
}

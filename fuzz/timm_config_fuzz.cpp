#include <string_view>

#include "fuzz/hostile.h"
#include "temper/train/timm_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const auto config = temper::train::parse_timm_config(text, "fuzz");
    // What is accepted must be read again from what would be written.
    const auto again = temper::train::parse_timm_config(to_text(config), "fuzz");
    if (again.input != config.input || again.normalisation != config.normalisation) std::abort();
  });
}

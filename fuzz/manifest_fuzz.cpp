#include "fuzz/hostile.h"
#include "temper/train/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    // Text that is accepted must equal the text that would be written.
    if (to_text(temper::train::parse_manifest(text, "fuzz")) != text) std::abort();
  });
}

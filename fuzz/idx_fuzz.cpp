#include "fuzz/hostile.h"
#include "temper/io/format/idx.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    constexpr std::uint64_t max_bytes = 1 << 20;
    static_cast<void>(temper::io::parse_idx(bytes, "fuzz", max_bytes));
  });
}

#include "fuzz/hostile.h"
#include "temper/io/image/orientation.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    const int orientation = temper::io::codec::orientation_of(bytes);
    if (orientation < 1 || orientation > 8) std::abort();
  });
}

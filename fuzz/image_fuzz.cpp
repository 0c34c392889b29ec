#include "fuzz/hostile.h"
#include "temper/io/image.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    constexpr temper::io::ImageLimits limits{.max_pixels = 1 << 16};
    static_cast<void>(temper::io::decode_image(bytes, "fuzz", 3, limits));
  });
}

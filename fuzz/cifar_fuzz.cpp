#include <cstdlib>

#include "fuzz/hostile.h"
#include "temper/io/format/cifar.h"

// The first byte selects CIFAR-10 or CIFAR-100.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    if (bytes.empty()) return;
    const bool ten = (bytes[0] & std::byte{1}) == std::byte{0};
    temper::io::Cifar cifar;
    temper::io::append_cifar(bytes.subspan(1), "fuzz",
                             ten ? temper::io::CifarKind::ten : temper::io::CifarKind::hundred,
                             cifar);
    if (cifar.pixels.size() != cifar.labels.size() * temper::io::kCifarPicture) std::abort();
    for (const auto label : cifar.labels)
      if (label >= (ten ? 10 : 100)) std::abort();
  });
}

#include "fuzz/hostile.h"
#include "temper/io/format/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    const temper::io::Safetensors file(bytes, "fuzz");
    // Every tensor must lie within the bytes, and no byte may belong to two tensors.
    std::size_t total = 0;
    for (const auto& tensor : file.tensors()) {
      if (!tensor.bytes.empty() &&
          (tensor.bytes.data() < bytes.data() || &tensor.bytes.back() > &bytes.back()))
        std::abort();
      total += tensor.bytes.size();
    }
    if (total > bytes.size()) std::abort();
  });
}

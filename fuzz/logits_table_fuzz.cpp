#include "fuzz/hostile.h"
#include "temper/train/logits_table.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    const auto table =
        temper::train::read_logits_table(temper::io::Safetensors(bytes, "fuzz"), "fuzz");
    // Every row must have a name and lie within the tensor.
    const auto& logits = table.logits();
    const auto row = logits.bytes.size() / table.images.size();
    if (static_cast<std::int64_t>(table.images.size()) != logits.shape.at(0) ||
        row != temper::io::size_of(logits.dtype) * static_cast<std::size_t>(table.columns()))
      std::abort();
  });
}

#include <algorithm>

#include "fuzz/hostile.h"
#include "temper/io/format/pickle.h"
#include "temper/io/format/torch_file.h"

namespace {

/// A pickle by itself, to which changes of a whole archive seldom get: every value it refers to
/// must exist.
void check_pickle(std::span<const std::byte> bytes) {
  const auto pickle = temper::io::read_pickle(bytes, "fuzz");
  const auto exists = [&](temper::io::PickleId id) { return id < pickle.values.size(); };
  if (!exists(pickle.root)) std::abort();
  for (const auto& value : pickle.values)
    if (!exists(value.callable) || !exists(value.arguments) ||
        !std::all_of(value.items.begin(), value.items.end(), exists))
      std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    if (!bytes.empty() && bytes[0] == std::byte{0x80}) check_pickle(bytes);
    const temper::io::TorchFile file(bytes, "fuzz");
    // Every tensor must have the bytes that its shape needs, all of which can be read.
    unsigned sum = 0;
    for (const auto& tensor : file.tensors()) {
      if (temper::io::size_of(tensor.dtype, tensor.shape) != tensor.bytes.size()) std::abort();
      for (const std::byte byte : tensor.bytes) sum += std::to_integer<unsigned>(byte);
    }
    const volatile unsigned kept = sum;
    static_cast<void>(kept);
  });
}

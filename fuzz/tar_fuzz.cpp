#include <cstdlib>
#include <cstring>

#include "fuzz/hostile.h"
#include "temper/io/format/shard_index.h"

// A shard and its index: every image must lie within the archive, and the index must be unchanged
// when written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    const auto read = [bytes](std::uint64_t offset, std::span<std::byte> into) {
      if (offset > bytes.size() || into.size() > bytes.size() - offset) std::abort();
      if (!into.empty()) std::memcpy(into.data(), bytes.data() + offset, into.size());
    };
    const auto shard = temper::io::scan_shard(bytes.size(), read, "fuzz");
    for (const auto& sample : shard.samples)
      if (sample.offset > bytes.size() || sample.size > bytes.size() - sample.offset) std::abort();
    if (temper::io::parse_index(temper::io::index_text(shard), "index") != shard) std::abort();
  });
}

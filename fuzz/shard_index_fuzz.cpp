#include <cstdlib>
#include <string>
#include <string_view>

#include "fuzz/hostile.h"
#include "temper/io/disk/hash.h"
#include "temper/io/format/shard_index.h"

// The index of a shard, with a valid checksum appended, which no mutation would find. Text that is
// accepted must equal the text that would be written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    text += temper::io::hash_hex(text) + '\n';
    const auto shard = temper::io::parse_index(text, "fuzz");
    for (const auto& sample : shard.samples)
      if (sample.offset > shard.size || sample.size > shard.size - sample.offset) std::abort();
    if (temper::io::index_text(shard) != text) std::abort();
  });
}

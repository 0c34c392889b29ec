#include "temper/io/disk/hash.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <bit>
#include <cstdint>
#include <new>
#include <vector>

#include "temper/io/disk/descriptor.h"

namespace temper::io {
namespace {

std::string text_of(XXH128_hash_t hash) {
  return fmt::format("{:016x}{:016x}", std::uint64_t{hash.high64}, std::uint64_t{hash.low64});
}

}  // namespace

void Hash::Free::operator()(XXH3_state_s* state) const {
  XXH3_freeState(state);
}

Hash::Hash() : state_(XXH3_createState()) {
  if (!state_) throw std::bad_alloc();
  XXH3_128bits_reset(state_.get());
}

Hash& Hash::update(std::span<const std::byte> bytes) {
  XXH3_128bits_update(state_.get(), bytes.data(), bytes.size());
  return *this;
}

std::string Hash::hex() const {
  return text_of(XXH3_128bits_digest(state_.get()));
}

HashValue hash_of(std::span<const std::byte> bytes) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  return std::bit_cast<HashValue>(canonical);
}

std::string hash_hex(std::span<const std::byte> bytes) {
  return text_of(XXH3_128bits(bytes.data(), bytes.size()));
}

std::string hash_hex(std::string_view text) {
  return hash_hex(std::as_bytes(std::span(text)));
}

std::string hash_file(const std::filesystem::path& path) {
  const Descriptor file = open_for_reading(path).first;
  std::vector<std::byte> block(std::size_t{1} << 20);
  Hash hash;
  while (const auto got = read_all(file, block, path)) hash.update(std::span(block).first(got));
  return hash.hex();
}

}  // namespace temper::io

#pragma once
#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct XXH3_state_s;

namespace temper::io {

/// XXH3 with 128 bits (Collet, https://github.com/Cyan4973/xxHash): detects accidental changes, not
/// deliberate ones. As text it has 32 hexadecimal digits, as printed by `xxh128sum`.
class Hash {
 public:
  Hash();
  Hash& update(std::span<const std::byte> bytes);
  Hash& update(std::string_view text) { return update(std::as_bytes(std::span(text))); }
  /// The hash of all bytes so far; more updates may follow.
  [[nodiscard]] std::string hex() const;

 private:
  struct Free {
    void operator()(XXH3_state_s* state) const;
  };
  std::unique_ptr<XXH3_state_s, Free> state_;
};

/// A hash as bytes, which are those of its hexadecimal digits.
using HashValue = std::array<std::byte, 16>;
HashValue hash_of(std::span<const std::byte> bytes);

std::string hash_hex(std::span<const std::byte> bytes);
std::string hash_hex(std::string_view text);
/// The hash of a file's contents. Throws Error{Code::io}.
std::string hash_file(const std::filesystem::path& path);

}  // namespace temper::io

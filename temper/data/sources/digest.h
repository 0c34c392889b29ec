#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "temper/io/disk/hash.h"

namespace temper::data {

/// Hash of a list of items, each with its length, so that different lists have different input.
class Digest {
 public:
  Digest& add(std::span<const std::byte> bytes) {
    add(static_cast<std::int64_t>(bytes.size()));
    hash_.update(bytes);
    return *this;
  }
  Digest& add(std::string_view text) { return add(std::as_bytes(std::span(text))); }
  Digest& add(std::int64_t number) {
    hash_.update(std::as_bytes(std::span(&number, 1)));
    return *this;
  }
  Digest& add(const std::vector<std::string>& texts) {
    add(static_cast<std::int64_t>(texts.size()));
    for (const auto& text : texts) add(text);
    return *this;
  }
  [[nodiscard]] std::string hex() const { return hash_.hex(); }

 private:
  io::Hash hash_;
};

}  // namespace temper::data

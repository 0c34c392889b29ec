#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tests/io/zip.h"

/// Pickles by hand: what puts a value on the stack.
namespace temper::io::test {

inline std::string integer(std::int64_t value) {
  return "\x8a\x08" + little_endian(static_cast<std::uint64_t>(value), 8);
}
inline std::string integers(const std::vector<std::int64_t>& values) {
  std::string tuple = "(";
  for (const std::int64_t value : values) tuple += integer(value);
  return tuple + "t";
}
inline std::string text(const std::string& value) {
  return "X" + little_endian(value.size(), 4) + value;
}

}  // namespace temper::io::test

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "fuzz/hostile.h"
#include "tests/io/libjpeg.h"

namespace {

using namespace temper::io::codec;

/// Compares temper's entropy decoder with libjpeg's: the same pixels, or an error from both. Two
/// differences are allowed: with enough data left, libjpeg takes bits that are no code for the end
/// of a block, and libjpeg decodes data that temper skips, where it may find an error.
void compare(const test::Bytes& bytes, unsigned shrink, const test::Window& window, bool is_all) {
  static JpegScan scan;  // reused, as in the loader
  constexpr std::uint64_t most = 1 << 16;
  const test::Decoded expected(bytes, nullptr, shrink, window, most);
  const test::Decoded found(bytes, &scan, shrink, window, most);
  if (expected.error() != 0) {
    if (is_all && found.error() == 0) std::abort();
  } else if (found.error() != 0) {
    if (found.error() != JWRN_HUFF_BAD_CODE) std::abort();
  } else if (found.pixels() != expected.pixels()) {
    std::abort();
  }
}

}  // namespace

// The last two bytes select the part and the scale.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  // If 0xFF is repeated before a zero, libjpeg-turbo keeps coefficients of an aborted first
  // attempt.
  const std::span bytes(data, size);
  if (std::adjacent_find(bytes.begin(), bytes.end(),
                         [](auto a, auto b) { return a == 0xFF && b == 0xFF; }) != bytes.end())
    return 0;
  const unsigned how = data[size - 1];
  const unsigned where = data[size - 2];
  const auto quarters = [where](unsigned shift) { return (where >> shift & 3U) / 4.0; };
  const bool is_all = (how & 4U) == 0;
  test::Window window;
  if (!is_all) {
    window.top = quarters(0);
    window.left = quarters(2);
    window.height = (1 - window.top) * (quarters(4) + 0.25);
    window.width = (1 - window.left) * (quarters(6) + 0.25);
  }
  compare({bytes.begin(), bytes.end()}, 1U << (how & 3U), window, is_all);
  return 0;
}

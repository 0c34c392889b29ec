#pragma once
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "temper/io/image.h"

/// The decoders behind decode_image: each takes a file of its format and returns one or three
/// channels, whichever the file has. They throw Error{Code::data}.
namespace temper::io::codec {

Image decode_png(std::span<const std::byte> bytes, const std::string& name, const ImageLimits&);
Image decode_jpeg(std::span<const std::byte> bytes, const std::string& name, const ImageLimits&);
Image decode_webp(std::span<const std::byte> bytes, const std::string& name, const ImageLimits&);

/// The one form of these errors.
[[noreturn]] void refuse(const std::string& name, const std::string& reason);

/// An image of that size, all zero, when the limits allow it.
Image allocate(const std::string& name, std::uint64_t height, std::uint64_t width, int channels,
               const ImageLimits& limits);

/// Runs C code that leaves by longjmp(jump); false if it did. `body` must hold nothing that has a
/// destructor while it calls such code, for a jump skips it.
template <class Body>
bool survives(std::jmp_buf& jump, const Body& body) {
  if (setjmp(jump) != 0) return false;
  body();
  return true;
}

}  // namespace temper::io::codec

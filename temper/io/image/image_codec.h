#pragma once
#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "temper/io/image/image.h"

/// The decoders behind Picture and decode_image. They throw Error{Code::data}.
namespace temper::io::codec {

/// The header of an image file.
struct Header {
  int height = 0;
  int width = 0;
  int channels = 0;      ///< 1 or 3
  int orientation = 1;   ///< EXIF's, 1 to 8; 1 if it is not to be applied
  bool shrinks = false;  ///< decode() can return a smaller image
};

/// Decoded pixels of a file; may include surrounding pixels, if these took no extra time.
struct Decoded {
  Pixels pixels;
  int top = 0;  ///< of the first pixel, in the file's image at the decoded size (after shrink)
  int left = 0;
  int shrink = 1;
};

/// Memory that grows and never shrinks.
class Buffer {
 public:
  /// At least `size` bytes, with unspecified contents.
  std::uint8_t* reserve(std::size_t size) {
    if (bytes_.size() < size) bytes_.resize(size);
    return bytes_.data();
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// The decoder of one format, used for one file after another.
class Reader {
 public:
  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  Reader(Reader&&) = delete;
  Reader& operator=(Reader&&) = delete;
  virtual ~Reader() = default;

  /// Reads the header, and checks that the file is not truncated. Bytes and name must stay valid
  /// until end().
  virtual Header begin(std::span<const std::byte> bytes, const std::string& name,
                       const DecodeOptions& options) = 0;
  /// Decodes at least `region`, once after each begin(), with the file's channels, or with
  /// `channels` if that takes no extra time. If the region is the whole image, the file is decoded
  /// to its end.
  /// @param shrink  1, 2, 4 or 8: the maximum factor by which the image may be smaller
  virtual Decoded decode(const Region& region, int shrink, int channels, Buffer& out) = 0;
  /// Releases the file.
  virtual void end() noexcept = 0;
};

std::unique_ptr<Reader> png_reader();
std::unique_ptr<Reader> jpeg_reader();
std::unique_ptr<Reader> webp_reader();

/// Decodes files of all these formats, with the requested channels and EXIF orientation.
class Decoder {
 public:
  Decoder();
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// Reads the header. The bytes must stay valid until the next begin().
  /// @return the header of the decoded image: after its orientation, with options.channels
  Header begin(std::span<const std::byte> bytes, const std::string& name,
               const DecodeOptions& options);
  /// Decodes at least that part of the upright image; valid until the next call. It can be called
  /// repeatedly.
  Decoded decode(const Region& region, int shrink);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Throws Error{Code::data} for the image.
[[noreturn]] void refuse(const std::string& name, const std::string& reason);

/// Refuses an image without pixels or with more pixels than the limit.
void check_size(const std::string& name, std::uint64_t height, std::uint64_t width,
                const ImageLimits& limits);

/// Runs C code that may exit by longjmp(jump); false if it did. `body` must have no objects with
/// destructors while it calls such code, because a jump skips them.
template <class Body>
bool survives(std::jmp_buf& jump, const Body& body) {
  if (setjmp(jump) != 0) return false;
  body();
  return true;
}

}  // namespace temper::io::codec

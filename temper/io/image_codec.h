#pragma once
#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "temper/io/image.h"

/// The decoders behind Picture and decode_image. They throw Error{Code::data}.
namespace temper::io::codec {

/// What a file says before its pixels.
struct Header {
  int height = 0;
  int width = 0;
  int channels = 0;      ///< 1 or 3
  int orientation = 1;   ///< EXIF's, 1 to 8; 1 where it is not asked for
  bool shrinks = false;  ///< decode() may give a smaller picture
};

/// Pixels of a file; what lies around them is there too, where it cost nothing.
struct Decoded {
  Pixels pixels;
  int top = 0;  ///< of the first pixel, in the file's picture as it is decoded (smaller with
                ///< shrink)
  int left = 0;
  int shrink = 1;
};

/// Memory that grows and never shrinks.
class Buffer {
 public:
  /// `size` bytes; what they hold is anything.
  std::uint8_t* reserve(std::size_t size) {
    if (bytes_.size() < size) bytes_.resize(size);
    return bytes_.data();
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// One format's decoder, used for one file after another.
class Reader {
 public:
  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  Reader(Reader&&) = delete;
  Reader& operator=(Reader&&) = delete;
  virtual ~Reader() = default;

  /// Reads the header, and makes sure that the file has an end. Bytes and name must stay until
  /// end().
  virtual Header begin(std::span<const std::byte> bytes, const std::string& name,
                       const DecodeOptions& options) = 0;
  /// Decodes at least `region`, once after each begin(), with the file's channels or with
  /// `channels` where that costs nothing. A region that is all of the picture is decoded to the end
  /// of the file.
  /// @param shrink  1, 2, 4 or 8: at most so much smaller
  virtual Decoded decode(const Region& region, int shrink, int channels, Buffer& out) = 0;
  /// Lets go of the file.
  virtual void end() noexcept = 0;
};

std::unique_ptr<Reader> png_reader();
std::unique_ptr<Reader> jpeg_reader();
std::unique_ptr<Reader> webp_reader();

/// A file of any of the formats, with the channels asked for, upright where that is asked for.
class Decoder {
 public:
  Decoder();
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// Reads the header. The bytes must stay until the next begin().
  /// @return as asked for: upright, with options.channels
  Header begin(std::span<const std::byte> bytes, const std::string& name,
               const DecodeOptions& options);
  /// At least that part of the upright picture; valid until the next call. Any number of times.
  Decoded decode(const Region& region, int shrink);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The one form of these errors.
[[noreturn]] void refuse(const std::string& name, const std::string& reason);

/// Refuses a picture without pixels or with more than the limit.
void check_size(const std::string& name, std::uint64_t height, std::uint64_t width,
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

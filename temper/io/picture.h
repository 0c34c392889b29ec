#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "temper/io/image.h"
#include "temper/io/image_codec.h"
#include "temper/io/read_file.h"

namespace temper::io {

/// Part of a picture that may have been decoded smaller than it is.
struct Part {
  Pixels pixels;
  int top = 0;  ///< of the first pixel, in pixels of the picture shrunk by `shrink`
  int left = 0;
  int shrink = 1;  ///< 1, 2, 4 or 8: a pixel stands for so many of the picture each way
};

/// A picture as a source hands it out: pixels that lie in memory already, which are not copied; an
/// image made for it; or the bytes of a PNG, JPEG or WebP file, whose header is read at once and
/// whose pixels are decoded when it is known which are needed. Its memory is kept from picture to
/// picture. One thread at a time.
///
/// A source calls one of view(), image(), encoded() and load(); what it calls last counts.
class Picture {
 public:
  /// Shows pixels of another's, which must stay until the picture becomes another.
  void view(const Pixels& pixels);
  void view(const Image& image) { view(Pixels(image)); }

  /// Becomes an image that the caller fills: its size, its channels and as many pixels.
  Image& image();

  /// Reads the header of a file in memory. The bytes must stay until the picture becomes another;
  /// they may lie in memory().
  /// @param name  what messages call the picture
  /// @throws Error{Code::data} for what is no such file, is cut short or is larger than the limits
  void encoded(std::span<const std::byte> bytes, const std::string& name,
               const DecodeOptions& options);

  /// Memory for bytes that are then given to encoded(), kept from picture to picture.
  [[nodiscard]] std::vector<std::byte>& memory() { return bytes_; }

  /// Reads a file, then as encoded() does.
  /// @param read  limits of size and time, and what the file was when the set was opened
  /// @param name  what messages call the picture; without it the path
  /// @throws Error as FileReader and encoded() do
  void load(const std::filesystem::path& path, const DecodeOptions& options,
            const ReadOptions& read = {});
  void load(const std::filesystem::path& path, const DecodeOptions& options,
            const ReadOptions& read, const std::string& name);

  /// The bytes of the file; none where the source has pixels. Valid until the picture becomes
  /// another.
  [[nodiscard]] std::span<const std::byte> file() const {
    return kind_ == Kind::encoded ? file_ : std::span<const std::byte>{};
  }
  /// True where part() may give a smaller picture: a JPEG with Decode::fast.
  [[nodiscard]] bool shrinks() const { return kind_ == Kind::encoded && shrinks_; }

  /// In pixels; of a file after its EXIF orientation, where that is asked for.
  [[nodiscard]] int height() const { return kind_ == Kind::own ? own_.height : height_; }
  [[nodiscard]] int width() const { return kind_ == Kind::own ? own_.width : width_; }
  /// 1 (grey) or 3 (RGB).
  [[nodiscard]] int channels() const { return kind_ == Kind::own ? own_.channels : channels_; }

  /// The pixels of that part, or of a larger one around it: those of the whole picture, to the bit,
  /// where `shrink` comes out as 1. Valid until the next call, or until the picture becomes
  /// another.
  /// @param region      inside the picture, not empty
  /// @param max_shrink  how small the pixels may be; only Decode::fast makes use of it, for JPEG
  /// @throws Error{Code::data} for a damaged file, and for a picture without the pixels it claims
  const Part& part(const Region& region, int max_shrink = 1);

  /// All pixels. A file is decoded to its end, so that damage is found wherever it is.
  const Pixels& pixels();

  /// All pixels, copied.
  void copy_to(Image& into);

  /// Spent on decoding so far, of all that the picture has been.
  [[nodiscard]] std::chrono::nanoseconds decoding_time() const { return decoding_; }

 private:
  enum class Kind : std::uint8_t { none, view, own, encoded };

  void check(const Pixels& pixels) const;

  Kind kind_ = Kind::none;
  int height_ = 0;
  int width_ = 0;
  int channels_ = 0;
  bool shrinks_ = false;  ///< decoding may give fewer pixels
  Pixels view_;
  Image own_;
  std::vector<std::byte> bytes_;
  std::span<const std::byte> file_;
  codec::Decoder decoder_;
  FileReader reader_;
  Part part_;
  std::chrono::nanoseconds decoding_{};
};

}  // namespace temper::io

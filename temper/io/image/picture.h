#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "temper/io/disk/read_file.h"
#include "temper/io/image/image.h"
#include "temper/io/image/image_codec.h"

namespace temper::io {

/// A part of an image, possibly decoded at a smaller size.
struct Part {
  Pixels pixels;
  int top = 0;  ///< of the first pixel, in pixels of the image at 1 / shrink of its size
  int left = 0;
  int shrink = 1;  ///< 1, 2, 4 or 8: the factor by which height and width are reduced
};

/// An image from a data source: pixels in memory, which are not copied; an image that it owns; or
/// the bytes of a PNG, JPEG or WebP file, whose header is read immediately and whose pixels are
/// decoded when the needed region is known. Its memory is reused for the next image. Not
/// thread-safe.
///
/// A source calls one of view(), image(), encoded() and load(); the last call counts.
class Picture {
 public:
  /// Refers to pixels of others, which must stay valid until the picture is set to another image.
  void view(const Pixels& pixels);
  void view(const Image& image) { view(Pixels(image)); }

  /// An own image, which the caller fills: its size, its channels and its pixels.
  Image& image();

  /// Reads the header of a file in memory. The bytes must stay valid until the picture is set to
  /// another image; they may be in memory().
  /// @param name  the image's name in messages
  /// @throws Error{Code::data} for another kind of file, or one that is truncated or exceeds the
  /// limits
  void encoded(std::span<const std::byte> bytes, const std::string& name,
               const DecodeOptions& options);

  /// Memory for bytes that are then passed to encoded(); reused for the next image.
  [[nodiscard]] std::vector<std::byte>& memory() { return bytes_; }

  /// Reads a file, then its header as encoded() does.
  /// @param read  limits on size and time, and the file's stamp when the data set was opened
  /// @param name  the image's name in messages; the path by default
  /// @throws Error as FileReader and encoded() do
  void load(const std::filesystem::path& path, const DecodeOptions& options,
            const ReadOptions& read = {});
  void load(const std::filesystem::path& path, const DecodeOptions& options,
            const ReadOptions& read, const std::string& name);

  /// The bytes of the file; empty if the source provides pixels. Valid until the picture is set to
  /// another image.
  [[nodiscard]] std::span<const std::byte> file() const {
    return kind_ == Kind::encoded ? file_ : std::span<const std::byte>{};
  }
  /// Whether part() can return a smaller image: for a JPEG with Decode::fast.
  [[nodiscard]] bool shrinks() const { return kind_ == Kind::encoded && shrinks_; }

  /// In pixels; for a file after its EXIF orientation, if that is to be applied.
  [[nodiscard]] int height() const { return kind_ == Kind::own ? own_.height : height_; }
  [[nodiscard]] int width() const { return kind_ == Kind::own ? own_.width : width_; }
  /// 1 (gray) or 3 (RGB).
  [[nodiscard]] int channels() const { return kind_ == Kind::own ? own_.channels : channels_; }

  /// The pixels of that region, or of a larger one around it; if `shrink` is 1, bit-identical to
  /// those of the whole image. Valid until the next call, or until the picture is set to another
  /// image.
  /// @param region      within the image, not empty
  /// @param max_shrink  maximum reduction of height and width; used only by Decode::fast, for JPEG
  /// @throws Error{Code::data} for a damaged file, and for an image whose pixels don't match its
  /// size
  const Part& part(const Region& region, int max_shrink = 1);

  /// Whether a file is decoded as a whole when its first pixels are needed, and its pixels kept
  /// until the picture is set to another image: for several views of an image. One that shrinks()
  /// is decoded for each part, since its pixels depend on the part.
  void keep_pixels(bool on) { keeps_ = on; }

  /// All pixels. A file is decoded to its end, so that any damage is detected.
  const Pixels& pixels();

  /// All pixels, copied.
  void copy_to(Image& into);

  /// The time spent on decoding so far, over all images.
  [[nodiscard]] std::chrono::nanoseconds decoding_time() const { return decoding_; }
  /// The number of times that a file or a part of one was decoded so far.
  [[nodiscard]] std::int64_t decodes() const { return decodes_; }

 private:
  enum class Kind : std::uint8_t { none, view, own, encoded };

  void check(const Pixels& pixels) const;

  Kind kind_ = Kind::none;
  int height_ = 0;
  int width_ = 0;
  int channels_ = 0;
  bool shrinks_ = false;  ///< decoding can return a smaller image
  bool keeps_ = false;    ///< see keep_pixels()
  bool kept_ = false;     ///< part_ has all pixels of the file
  Pixels view_;
  Image own_;
  std::vector<std::byte> bytes_;
  std::span<const std::byte> file_;
  codec::Decoder decoder_;
  FileReader reader_;
  Part part_;
  std::chrono::nanoseconds decoding_{};
  std::int64_t decodes_ = 0;
};

}  // namespace temper::io

#pragma once
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "temper/augment/box.h"
#include "temper/augment/interpolation.h"
#include "temper/augment/normalisation.h"
#include "temper/augment/resample.h"
#include "temper/io/image.h"
#include "temper/io/picture.h"

namespace temper::augment {

/// Geometry that is pending: a crop of the source, resized, seen through a window that may reach
/// beyond it, mirrored.
struct Geometry {
  Box crop;      ///< of the source, inside it
  Size resized;  ///< of the crop
  Box window;    ///< of the resized crop
  bool flipped = false;
  bool operator==(const Geometry&) const = default;
};

/// An image on its way through a list of operations. Geometry only moves a pending window,
///
///     source -> crop -> resize -> window (may reach beyond: fill) -> flip
///
/// and is carried out once, by render() straight into a batch, or where an operation wants pixels.
/// The result is always that of one operation after the other on 8-bit pixels. Memory is kept from
/// image to image.
class Frame {
 public:
  /// @param input  the network's, which operations with `size = "auto"` mean
  explicit Frame(Size input = {}) : input_(input) {}

  /// A new image, which must stay as it is until the next one begins. Throws Error{Code::data}
  /// unless it has 1 or 3 channels, at least one pixel and as many bytes as its size says.
  void begin(const io::Image& image);
  /// The same of a picture, of which no more is decoded than what is seen in the end. Throws
  /// Error{Code::data} also for a damaged one, then or later.
  void begin(io::Picture& picture);

  [[nodiscard]] Size input() const { return input_; }
  void set_input(Size input) { input_ = input; }
  /// As the operations so far leave it.
  [[nodiscard]] Size size() const { return window_.size(); }
  [[nodiscard]] Geometry geometry() const { return {crop_, resized_, window_, flipped_}; }

  /// @param box   in the frame's present coordinates, not empty; what lies outside is `fill`
  void crop(Box box, std::uint8_t fill = 0);
  void resize(Size size, Filter filter);
  void resize(Size size, Interpolation interpolation) { resize(size, Filter{interpolation}); }
  /// Mirrors left to right.
  void flip() { flipped_ = !flipped_; }

  /// Calls `edit(io::Image&)` on the pixels; the image may leave with another size.
  template <class Edit>
  void edit(Edit&& edit) {
    io::Image& image = pixels();
    std::forward<Edit>(edit)(image);
    begin(image);
  }

  /// Carries out what is pending.
  /// @return uint8 HWC, owned by the frame and valid until it is used again
  io::Image& pixels();

  /// Carries out what is pending, normalised. Throws Error{Code::usage} when size() is not input()
  /// or the table's channels are not the image's.
  /// @param out  height * width * channels floats, HWC (an image of a channels-last batch)
  void render(const NormalisationTable& table, float* out);

 private:
  void start(Size size, int channels);
  /// Gives `out` the rows of the result, from left to right, as runs of pixels and of fill.
  template <class Out>
  void draw(Out& out);
  /// The visible part of the crop, resized: its pixels, or none where the resampler gives them row
  /// by row.
  PixelView stretched(Box visible);
  /// At least that box of the source.
  PixelView decoded(Box box, std::int64_t max_shrink, io::Part& part);

  Size input_;
  io::Picture* picture_ = nullptr;  ///< the source, or null: it is image_
  const io::Image* image_ = nullptr;
  Size source_size_;
  int channels_ = 0;
  Box crop_;      ///< of the source, inside it
  Size resized_;  ///< of the crop
  Filter filter_;
  Box window_;  ///< of the resized crop
  std::uint8_t fill_ = 0;
  bool flipped_ = false;

  Resampler resampler_;
  std::vector<std::uint8_t> mirrored_;  ///< a row
  std::array<io::Image, 2>
      own_;  ///< results of pixels(); one may be the source while the other is written
};

}  // namespace temper::augment

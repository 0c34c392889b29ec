#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "temper/augment/pixels/applied.h"
#include "temper/augment/pixels/border.h"
#include "temper/augment/pixels/box.h"
#include "temper/augment/pixels/elastic.h"
#include "temper/augment/pixels/erase.h"
#include "temper/augment/pixels/fill.h"
#include "temper/augment/pixels/interpolation.h"
#include "temper/augment/pixels/normalisation.h"
#include "temper/augment/pixels/resample.h"
#include "temper/augment/pixels/warp.h"
#include "temper/io/image/image.h"
#include "temper/io/image/picture.h"

namespace temper::augment {

/// Pending geometry: a crop of the source, a resize, a window onto the result that may extend
/// beyond it, and flips.
struct Geometry {
  Box crop;                  ///< of the source, inside it
  Size resized;              ///< of the crop
  Box window;                ///< of the resized crop
  bool flipped = false;      ///< horizontally
  bool upside_down = false;  ///< flipped vertically
  bool operator==(const Geometry&) const = default;
};

/// An image that passes through a list of operations. Geometric operations only update a pending
/// geometry,
///
///     source -> crop -> resize -> window (may extend beyond: fill) -> flips
///
/// which is carried out once, by render() directly into a batch, or when an operation needs pixels.
/// The result always equals that of one operation after the other on 8-bit pixels. Erasures are
/// pending, too: published ones overwrite the normalized input of the network, after all other
/// operations, and so does render(). Memory is reused from image to image.
class Frame {
 public:
  /// @param input  the network's input size, used by operations with `size = "auto"`
  explicit Frame(Size input = {}) : input_(input) {}

  /// Begins a new image, which must not change until the next one begins; one of the frame's own is
  /// an intermediate result of the same image. Throws Error{Code::data}
  /// unless it has 1 or 3 channels, at least one pixel and height * width * channels bytes.
  void begin(const io::Image& image);
  /// The same for a picture, of which only the part that is needed is decoded. Throws
  /// Error{Code::data} also for a damaged one, here or later.
  void begin(io::Picture& picture);

  [[nodiscard]] Size input() const { return input_; }
  void set_input(Size input) { input_ = input; }
  /// After the operations so far.
  [[nodiscard]] Size size() const { return window_.size(); }
  [[nodiscard]] int channels() const { return channels_; }
  [[nodiscard]] Geometry geometry() const {
    return {crop_, resized_, window_, flipped_, upside_down_};
  }

  /// @param box   in the frame's current coordinates, not empty
  /// @param fill  the value of pixels outside the image
  void crop(Box box, Fill fill = {});
  void crop(Box box, std::uint8_t fill) { crop(box, Fill::all(fill)); }
  /// The same with any border.
  void crop(Box box, Border border, Fill fill = {});
  void resize(Size size, Filter filter);
  void resize(Size size, Interpolation interpolation) { resize(size, Filter{interpolation}); }
  /// Flips horizontally.
  void flip() { flipped_ = !flipped_; }
  void flip_vertically() { upside_down_ = !upside_down_; }
  /// Image.transform() of Pillow to the same size. Translations stay pending where they only move
  /// pixels.
  void warp(const Affine& inverse, Interpolation interpolation, Fill fill);
  void warp(const Perspective& inverse, Interpolation interpolation, Fill fill);
  /// PIL.Image.rotate(): counterclockwise around the center, at the same size. A half turn stays
  /// pending.
  void rotate(double degrees, Interpolation interpolation, Fill fill);

  /// Calls `edit(io::Image&)` on the pixels, which may also change the size.
  template <class Edit>
  void edit(Edit&& edit) {
    io::Image& image = pixels();
    std::forward<Edit>(edit)(image);
    begin(image);
  }

  /// Calls `write(const io::Image& from, io::Image& to)`, which writes an image of any size to
  /// `to`: memory that is reused from image to image, with the size of `from` and any pixels.
  template <class Write>
  void rewrite(Write&& write) {
    const io::Image& from = pixels();
    io::Image& to = other(&from);
    std::forward<Write>(write)(from, to);
    begin(to);
  }

  /// Overwrites a box of the normalized input, wherever operations after this one move pixels.
  void erase(const Erasure& erasure) { erasures_.push_back(erasure); }
  [[nodiscard]] std::span<const Erasure> erasures() const { return erasures_; }

  /// Carries out the pending geometry.
  /// @return uint8 HWC, owned by the frame and valid until it is used again
  io::Image& pixels();
  /// The result of all operations, to be looked at: also with what they erased, if it has the
  /// network's input size.
  io::Image& pixels(const NormalisationTable& table);

  /// Memory that is reused from image to image, for operations that need further images; its
  /// contents are whatever its last user left.
  /// @param k  0, 1 or 2
  io::Image& scratch(std::size_t k) { return scratch_.at(k); }
  /// The same for displacements.
  Displacement& displacement() { return displacement_; }

  /// From now on note() appends to that list, which must outlive the use of the frame; null: note()
  /// does nothing.
  /// @return the list so far
  std::vector<Applied>* record(std::vector<Applied>* applied) {
    return std::exchange(applied_, applied);
  }
  /// Says what an operation did, see Applied.
  void note(std::string_view name, double value = 0, std::string_view unit = {}) {
    if (applied_ != nullptr) applied_->push_back({std::string(name), value, std::string(unit)});
  }

  /// Carries out the pending geometry, normalizes and erases. Throws Error{Code::usage} when size()
  /// is not input() or the table's channels are not the image's.
  /// @param out  height * width * channels floats, HWC (an image of a channels-last batch)
  void render(const NormalisationTable& table, float* out);

 private:
  void start(Size size, int channels);
  /// Whether it is an intermediate result, not a new image.
  [[nodiscard]] bool owns(const io::Image& image) const;
  /// The image of own_ that is not `used`, with the current size.
  io::Image& other(const io::Image* used);
  /// Writes the rows of the result to `out`, left to right, as runs of pixels and of fill.
  template <class Out>
  void draw(Out& out);
  /// The visible part of the resized crop: its pixels, or no data if the resampler returns them row
  /// by row.
  PixelView stretched(Box visible);
  /// Decodes at least that box of the source.
  PixelView decoded(Box box, std::int64_t max_shrink, io::Part& part);

  Size input_;
  io::Picture* picture_ = nullptr;  ///< the source; null: the source is image_
  const io::Image* image_ = nullptr;
  Size source_size_;
  int channels_ = 0;
  Box crop_;      ///< of the source, inside it
  Size resized_;  ///< of the crop
  Filter filter_;
  Box window_;  ///< of the resized crop
  Fill fill_;
  bool flipped_ = false;
  bool upside_down_ = false;

  Resampler resampler_;
  std::vector<std::uint8_t> mirrored_;  ///< one row
  std::array<io::Image, 2>
      own_;  ///< results of pixels(); one may be the source while the other is written
  std::array<io::Image, 3> scratch_;
  std::vector<Erasure> erasures_;
  Displacement displacement_;
  std::vector<Applied>* applied_ = nullptr;
};

}  // namespace temper::augment

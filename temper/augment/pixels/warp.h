#pragma once
#include <array>
#include <optional>

#include "temper/augment/pixels/box.h"
#include "temper/augment/pixels/fill.h"
#include "temper/augment/pixels/interpolation.h"
#include "temper/io/image/image.h"

/// Geometric transforms that move every pixel, with the pixels of Pillow 11.3. A transform is given
/// by its inverse: where in the old image a place in the new one comes from. Places are counted
/// from the upper left corner, so that the center of the first pixel is (0.5, 0.5).
namespace temper::augment {

/// x_in = c0 x + c1 y + c2, y_in = c3 x + c4 y + c5: the data of Pillow's Transform.AFFINE.
struct Affine {
  std::array<double, 6> c = {1, 0, 0, 0, 1, 0};
  bool operator==(const Affine&) const = default;
};

/// x_in = (c0 x + c1 y + c2) / (c6 x + c7 y + 1), y_in = (c3 x + c4 y + c5) / (c6 x + c7 y + 1):
/// the data of Pillow's Transform.PERSPECTIVE.
struct Perspective {
  std::array<double, 8> c = {1, 0, 0, 0, 1, 0, 0, 0};
  bool operator==(const Perspective&) const = default;
};

/// Whether warp() takes that interpolation: nearest, bilinear and bicubic, without antialiasing.
/// This bicubic is sharper than a resize's, Keys' cubic with a = -1.
constexpr bool can_warp(Interpolation interpolation) {
  return interpolation == Interpolation::nearest || interpolation == Interpolation::bilinear ||
         interpolation == Interpolation::bicubic;
}

/// Writes an image of the size that `to` has: Pillow's Image.transform(size, AFFINE, inverse,
/// interpolation, fillcolor). Throws Error{Code::usage} for an interpolation other than nearest,
/// bilinear and bicubic.
void warp(const io::Image& from, io::Image& to, const Affine& inverse, Interpolation interpolation,
          Fill fill);
/// The same for Image.transform(size, PERSPECTIVE, ...).
void warp(const io::Image& from, io::Image& to, const Perspective& inverse,
          Interpolation interpolation, Fill fill);

/// Counterclockwise around the center, as PIL.Image.rotate has it. Multiples of 90 degrees, which
/// Pillow does without interpolation, are Frame::rotate's.
Affine rotation(Size size, double degrees);
/// x_in = x + factor * (y - center): timm, torchvision's AutoAugment and TensorFlow have their
/// center at 0, the upper edge.
Affine shear_x(double factor, double center = 0);
/// y_in = y + factor * (x - center), 0: the left edge.
Affine shear_y(double factor, double center = 0);
/// Moves the content by (right, down) pixels.
Affine translation(double right, double down);

/// The parts of torchvision's functional.affine. It turns clockwise, PIL.Image.rotate the other
/// way.
struct AffineParts {
  double degrees = 0;  ///< clockwise
  double right = 0;    ///< pixels that the content moves
  double down = 0;
  double scale = 1;
  double shear_x = 0;  ///< degrees
  double shear_y = 0;  ///< degrees
};
/// As torchvision makes it for a PIL image. Its functional.affine has the image's center as the
/// center unless told otherwise, its AutoAugment (0, 0).
Affine affine(const AffineParts& parts, double center_x, double center_y);
/// Around the center of an image.
Affine affine(const AffineParts& parts, Size size);

/// A corner of an image.
struct Corner {
  double x = 0;
  double y = 0;
  bool operator==(const Corner&) const = default;
};
using Corners = std::array<Corner, 4>;  ///< top left, top right, bottom right, bottom left

/// The transform that moves corners, as torchvision's functional.perspective makes it: solved in
/// double, then rounded to float. Empty if there is none, because three of the corners lie on a
/// line.
std::optional<Perspective> perspective(const Corners& start, const Corners& end);

}  // namespace temper::augment

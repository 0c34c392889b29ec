#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "temper/augment/pixels/box.h"
#include "temper/augment/pixels/fill.h"
#include "temper/augment/pixels/frame.h"
#include "temper/augment/pixels/interpolation.h"
#include "temper/core/fields.h"

namespace temper::augment {

/// The operations that published policies are made of.
enum class Primitive : std::uint8_t {
  identity,
  auto_contrast,
  equalize,
  invert,
  rotate,
  posterize,
  solarize,
  solarize_add,
  saturation,  ///< "Color" in the published lists, after PIL.ImageEnhance.Color
  contrast,
  brightness,
  sharpness,
  shear_x,
  shear_y,
  translate_x,
  translate_y,
  cutout,
  desaturate,
  gaussian_blur,
  grayscale,
};

/// An operation at a physical value.
struct Step {
  Primitive primitive = Primitive::identity;
  /// rotate: degrees counterclockwise. posterize: bits to keep; 0: a black image, 8: no change.
  /// solarize: values from it on are inverted; above 255: no change. solarize_add: what is added to
  /// values below 128. saturation, contrast, brightness, sharpness: the factor; 1: no change.
  /// shear_x: pixels to the left by which each row lies from the one above it; shear_y: pixels
  /// upwards by which each column lies from the one to its left. translate: pixels to the right, or
  /// down. cutout: the square's side. desaturate: the share of the color that is taken away.
  /// gaussian_blur: Pillow's radius. Others have none.
  double value = 0;
  Box erased = {};  ///< cutout: the part of the square that is inside the image; may be empty
  bool operator==(const Step&) const = default;
};

/// What differs between dialects besides the values.
struct Quirks {
  /// TensorFlow's contrast and auto-contrast, see contrast_tensorflow(), and its geometry by the
  /// nearest pixel, see warp_tensorflow.h. A shear leaves the center of the top left pixel where it
  /// is; otherwise the top left corner of the image, as Pillow does.
  bool tensorflow = false;
  /// A shear's factor passes through an angle in degrees, which rounds it, as in torchvision.
  bool shear_by_angle = false;
};

/// Carries out a step, and notes what it did.
/// @param interpolation  nearest, bilinear or bicubic
/// @param fill           of pixels that come from outside the image, and of an erased box
void apply(Frame& frame, const Step& step, Interpolation interpolation, Fill fill,
           const Quirks& quirks = {});

/// Of Step::value: "degrees", "bits"; empty where there is none.
std::string_view unit_of(Primitive primitive);

/// Whether it moves pixels, and so interpolates and fills.
bool is_geometric(Primitive primitive);

/// The part inside the image of a square of 2 * half pixels a side, whose center is the upper left
/// corner of a pixel: TensorFlow's Cutout.
Box square_around(std::int64_t row, std::int64_t column, std::int64_t half, Size image);

}  // namespace temper::augment

template <>
struct temper::EnumNames<temper::augment::Primitive> {
  static constexpr std::array<std::string_view, 20> value{
      "identity",    "auto_contrast", "equalize",     "invert",        "rotate",
      "posterize",   "solarize",      "solarize_add", "saturation",    "contrast",
      "brightness",  "sharpness",     "shear_x",      "shear_y",       "translate_x",
      "translate_y", "cutout",        "desaturate",   "gaussian_blur", "grayscale"};
};

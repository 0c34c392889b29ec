#include "temper/augment/policies/primitive.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "temper/augment/pixels/blur.h"
#include "temper/augment/pixels/color.h"
#include "temper/augment/pixels/erase.h"
#include "temper/augment/pixels/warp.h"
#include "temper/augment/pixels/warp_tensorflow.h"

namespace temper::augment {
namespace {

Affine shear(const Step& step, const Quirks& quirks) {
  const bool sideways = step.primitive == Primitive::shear_x;
  if (quirks.shear_by_angle) {
    const double degrees = std::atan(step.value) * (180.0 / std::numbers::pi);
    return affine(sideways ? AffineParts{.shear_x = degrees} : AffineParts{.shear_y = degrees}, 0,
                  0);
  }
  const double center = quirks.tensorflow ? 0.5 : 0;
  return sideways ? shear_x(step.value, center) : shear_y(step.value, center);
}

TensorFlowAffine tensorflow_move(const Step& step, Size size) {
  switch (step.primitive) {
    case Primitive::rotate:
      return tensorflow_rotation(size, step.value);
    case Primitive::translate_x:
      return tensorflow_translation(step.value, 0);
    case Primitive::translate_y:
      return tensorflow_translation(0, step.value);
    case Primitive::shear_x:
      return tensorflow_shear_x(step.value);
    default:
      return tensorflow_shear_y(step.value);
  }
}

/// Whether TensorFlow's nearest pixels are Pillow's: translations by whole pixels, which may stay
/// pending.
bool is_whole_translation(const Step& step) {
  return (step.primitive == Primitive::translate_x || step.primitive == Primitive::translate_y) &&
         step.value == std::floor(step.value);
}

void move(Frame& frame, const Step& step, Interpolation interpolation, Fill fill,
          const Quirks& quirks) {
  if (quirks.tensorflow && interpolation == Interpolation::nearest && !is_whole_translation(step))
    return frame.rewrite([&](const io::Image& from, io::Image& to) {
      warp_tensorflow(from, to, tensorflow_move(step, {from.height, from.width}), fill);
    });
  switch (step.primitive) {
    case Primitive::rotate:
      return frame.rotate(step.value, interpolation, fill);
    case Primitive::translate_x:
      return frame.warp(translation(step.value, 0), interpolation, fill);
    case Primitive::translate_y:
      return frame.warp(translation(0, step.value), interpolation, fill);
    default:
      return frame.warp(shear(step, quirks), interpolation, fill);
  }
}

int bounded(double value, int most) {
  return static_cast<int>(std::clamp(value, 0.0, static_cast<double>(most)));
}

/// The operations that change samples where they are.
void recolor(io::Image& image, const Step& step, Fill fill, const Quirks& quirks) {
  const double value = step.value;
  switch (step.primitive) {
    case Primitive::auto_contrast:
      return quirks.tensorflow ? auto_contrast_tensorflow(image) : auto_contrast(image);
    case Primitive::equalize:
      return equalize(image);
    case Primitive::invert:
      return invert(image);
    case Primitive::posterize:
      return posterize(image, bounded(value, 8));
    case Primitive::solarize:
      return solarize(image, bounded(std::ceil(value), 256));
    case Primitive::solarize_add:
      return solarize_add(image, bounded(value, 255));
    case Primitive::saturation:
      return saturation(image, value);
    case Primitive::desaturate:
      return saturation(image, std::clamp(1 - value, 0.0, 1.0));
    case Primitive::contrast:
      return quirks.tensorflow ? contrast_tensorflow(image, value) : contrast(image, value);
    case Primitive::brightness:
      return brightness(image, value);
    case Primitive::grayscale:
      return grayscale(image);
    case Primitive::cutout:
      return erase(image, step.erased, fill);
    default:
      return;
  }
}

}  // namespace

void apply(Frame& frame, const Step& step, Interpolation interpolation, Fill fill,
           const Quirks& quirks) {
  if (step.primitive == Primitive::identity) return;
  if (is_geometric(step.primitive))
    move(frame, step, interpolation, fill, quirks);
  else if (step.primitive == Primitive::sharpness)
    frame.rewrite([&](const io::Image& from, io::Image& to) { sharpness(from, to, step.value); });
  else if (step.primitive == Primitive::gaussian_blur)
    frame.rewrite(
        [&](const io::Image& from, io::Image& to) { gaussian_blur_pillow(from, to, step.value); });
  else
    frame.edit([&](io::Image& image) { recolor(image, step, fill, quirks); });
  frame.note(name_of(step.primitive), step.value, unit_of(step.primitive));
}

std::string_view unit_of(Primitive primitive) {
  switch (primitive) {
    case Primitive::rotate:
      return "degrees";
    case Primitive::posterize:
      return "bits";
    case Primitive::solarize:
      return "threshold";
    case Primitive::solarize_add:
      return "added";
    case Primitive::saturation:
    case Primitive::contrast:
    case Primitive::brightness:
    case Primitive::sharpness:
      return "factor";
    case Primitive::shear_x:
    case Primitive::shear_y:
      return "pixels per pixel";
    case Primitive::translate_x:
    case Primitive::translate_y:
    case Primitive::cutout:
    case Primitive::gaussian_blur:
      return "pixels";
    case Primitive::desaturate:
      return "of the color";
    default:
      return "";
  }
}

bool is_geometric(Primitive primitive) {
  switch (primitive) {
    case Primitive::rotate:
    case Primitive::shear_x:
    case Primitive::shear_y:
    case Primitive::translate_x:
    case Primitive::translate_y:
      return true;
    default:
      return false;
  }
}

Box square_around(std::int64_t row, std::int64_t column, std::int64_t half, Size image) {
  const std::int64_t top = std::max<std::int64_t>(0, row - half);
  const std::int64_t left = std::max<std::int64_t>(0, column - half);
  return {top, left, std::min(image.height, row + half) - top,
          std::min(image.width, column + half) - left};
}

}  // namespace temper::augment

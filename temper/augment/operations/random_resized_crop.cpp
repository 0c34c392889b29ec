#include "temper/augment/operations/random_resized_crop.h"

#include <algorithm>
#include <cmath>

#include "temper/augment/operations/checks.h"
#include "temper/augment/operations/range.h"

namespace temper::augment {
namespace {

Box in_the_middle(Size image, Size size) {
  return {(image.height - size.height) / 2, (image.width - size.width) / 2, size.height,
          size.width};
}

Interpolation drawn(CropInterpolation asked, Random& random) {
  switch (asked) {
    case CropInterpolation::bicubic:
      return Interpolation::bicubic;
    case CropInterpolation::nearest:
      return Interpolation::nearest;
    case CropInterpolation::box:
      return Interpolation::box;
    case CropInterpolation::lanczos:
      return Interpolation::lanczos;
    case CropInterpolation::random:
      return random.below(2) == 0 ? Interpolation::bilinear : Interpolation::bicubic;
    case CropInterpolation::bilinear:
      break;
  }
  return Interpolation::bilinear;
}

}  // namespace

void RandomResizedCrop::check() const {
  check_range(kind, "scale", scale_low, scale_high);
  check_range(kind, "ratio", ratio_low, ratio_high);
}

std::optional<Size> crop_size(Size image, double share, double ratio) {
  const double area = static_cast<double>(image.height * image.width) * share;
  const Size size{round_half_even(std::sqrt(area / ratio)),
                  round_half_even(std::sqrt(area * ratio))};
  if (size.height < 1 || size.width < 1 || size.height > image.height || size.width > image.width)
    return std::nullopt;
  return size;
}

Box fallback_box(const RandomResizedCrop& options, Size image) {
  const auto height = static_cast<double>(image.height);
  const auto width = static_cast<double>(image.width);
  Size size = image;
  if (width / height < options.ratio_low) size.height = round_half_even(width / options.ratio_low);
  if (width / height > options.ratio_high)
    size.width = round_half_even(height * options.ratio_high);
  size.height = std::max<std::int64_t>(size.height, 1);
  size.width = std::max<std::int64_t>(size.width, 1);
  return in_the_middle(image, size);
}

Box crop_box(const RandomResizedCrop& options, Size image, Random& random) {
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double share = random.uniform(options.scale_low, options.scale_high);
    const double ratio =
        std::exp(random.uniform(std::log(options.ratio_low), std::log(options.ratio_high)));
    const auto size = crop_size(image, share, ratio);
    if (!size) continue;
    const auto top = draw_up_to(image.height - size->height, random);
    const auto left = draw_up_to(image.width - size->width, random);
    return {top, left, size->height, size->width};
  }
  return fallback_box(options, image);
}

void apply(const RandomResizedCrop& options, Frame& frame, Random& random) {
  const Size image = frame.size();
  const Box box = crop_box(options, image, random);
  frame.crop(box);
  frame.note("crop",
             100 * static_cast<double>(box.height * box.width) /
                 static_cast<double>(image.height * image.width),
             "% of the area");
  frame.note("ratio", static_cast<double>(box.width) / static_cast<double>(box.height),
             "width / height");
  const Size input = frame.input();
  frame.resize(
      {options.size.value.value_or(input.height), options.size.value.value_or(input.width)},
      Filter{drawn(options.interpolation, random), options.antialias});
}

}  // namespace temper::augment

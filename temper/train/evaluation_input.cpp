#include "temper/train/evaluation_input.h"

#include <fmt/format.h>

#include <algorithm>

#include "temper/augment/operations/resize.h"
#include "temper/core/error.h"

namespace temper::train {
namespace {

std::int64_t resize_of(const recipe::Recipe& recipe, augment::Size input) {
  const double ratio = recipe.evaluation.crop_ratio;
  if (ratio == 0) return augment::automatic_side(input);
  const auto side = augment::resize_side(input, ratio);
  if (side > augment::kMaxSide)
    throw Error(Code::usage, {.option = "evaluation.crop_ratio"},
                fmt::format("evaluation.crop_ratio = {:g} resizes the shorter side of pictures to "
                            "{} pixels, of which {} x {} are cropped; expected a ratio that gives "
                            "at most {}",
                            ratio, side, input.height, input.width, augment::kMaxSide));
  return side;
}

}  // namespace

augment::Size with_longer_side(augment::Size size, std::int64_t longer) {
  const auto whole = std::max(size.height, size.width);
  const auto scaled = [&](std::int64_t side) {
    return std::max<std::int64_t>(1, (2 * side * longer + whole) / (2 * whole));  // halves up
  };
  return {scaled(size.height), scaled(size.width)};
}

augment::InputTransform evaluation_input(const recipe::Recipe& recipe, std::int64_t channels,
                                         augment::Size images, augment::Size training) {
  const auto& options = recipe.evaluation;
  const auto input =
      options.size.value ? with_longer_side(training, *options.size.value) : training;
  return {.input = {channels, input.height, input.width},
          .network = {training.height, training.width},
          .decode = recipe.data.decode,
          .exif_orientation = recipe.data.exif_orientation,
          .keep_same_size = images == training && options.crop_ratio == 0,
          .resize = resize_of(recipe, input),
          .interpolation = options.interpolation,
          .antialias = options.antialias};
}

}  // namespace temper::train

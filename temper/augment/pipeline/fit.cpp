#include "temper/augment/pipeline/fit.h"

#include <algorithm>
#include <cmath>

#include "temper/augment/operations/center_crop.h"
#include "temper/augment/operations/resize.h"
#include "temper/augment/pixels/border.h"

namespace temper::augment {
namespace {

Box placed(Size image, Size crop, Place place) {
  if (place == Place::center) return center_box(image, crop);
  const bool bottom = place == Place::bottom_left || place == Place::bottom_right;
  const bool right = place == Place::top_right || place == Place::bottom_right;
  return {bottom ? image.height - crop.height : 0, right ? image.width - crop.width : 0,
          crop.height, crop.width};
}

}  // namespace

std::int64_t resize_side(Size input, double crop_ratio) {
  return static_cast<std::int64_t>(
      std::floor(static_cast<double>(std::max(input.height, input.width)) / crop_ratio));
}

std::int64_t scaled_side(std::int64_t side, double scale) {
  return std::max<std::int64_t>(
      1, static_cast<std::int64_t>(std::floor(static_cast<double>(side) * scale)));
}

void apply(const Fit& fit, Frame& frame) {
  const auto& view = fit.view;
  const Size input = frame.input();
  const bool is_whole = fit.whole == frame.size();
  const Size size =
      is_whole ? Size{scaled_side(input.height, view.scale), scaled_side(input.width, view.scale)}
               : resized(frame.size(), scaled_side(fit.resize, view.scale));
  frame.resize(size, fit.filter);
  Box box = placed(size, input, view.place);
  // The contents move to the right and down where the crop moves to the left and up.
  box.left -= view.shift;
  box.top -= view.shift;
  if (view.shift != 0)
    frame.crop(box, Border::reflect);
  else if (box != whole(size))
    frame.crop(box);
  if (view.flipped) frame.flip();
}

}  // namespace temper::augment

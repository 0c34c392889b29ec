#include "temper/augment/operations/pad_crop.h"

#include "temper/augment/operations/random_crop.h"

namespace temper::augment {

void apply(const PadCrop& options, Frame& frame, Random& random) {
  const Size size = frame.size();
  const Box box = random_box({.padding = options.padding}, size, size, random);
  frame.crop(box, options.padding_mode, Fill::all(options.fill));
  frame.note("translate_y", static_cast<double>(-box.top), "pixels");
  frame.note("translate_x", static_cast<double>(-box.left), "pixels");
}

}  // namespace temper::augment

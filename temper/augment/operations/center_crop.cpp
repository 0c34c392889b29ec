#include "temper/augment/operations/center_crop.h"

#include "temper/augment/operations/range.h"

namespace temper::augment {
namespace {

/// torchvision pads a smaller image by floor(missing / 2) at the top and left, and rounds half the
/// surplus of a larger one half to even.
std::int64_t offset(std::int64_t image, std::int64_t crop) {
  if (image < crop) return -((crop - image) / 2);
  return round_half_even(static_cast<double>(image - crop) / 2);
}

}  // namespace

Box center_box(Size image, Size crop) {
  return {offset(image.height, crop.height), offset(image.width, crop.width), crop.height,
          crop.width};
}

void apply(const CenterCrop& options, Frame& frame, Random& /*random*/) {
  const Size input = frame.input();
  const Size size{options.size.value.value_or(input.height),
                  options.size.value.value_or(input.width)};
  frame.crop(center_box(frame.size(), size), options.padding_mode, Fill::all(options.fill));
  frame.note("height", static_cast<double>(size.height), "pixels");
  frame.note("width", static_cast<double>(size.width), "pixels");
}

}  // namespace temper::augment

#include "temper/augment/operations/random_crop.h"

#include <fmt/format.h>

#include "temper/core/error.h"

namespace temper::augment {

Box random_box(const RandomCrop& options, Size image, Size crop, Random& random) {
  const auto place = [&](std::int64_t length, std::int64_t wanted) {
    std::int64_t padding = options.padding;
    const std::int64_t missing = wanted - (length + 2 * padding);
    if (missing > 0) {
      if (!options.pad_if_needed)
        throw Error(Code::usage,
                    fmt::format("random_crop takes {} x {} pixels out of an image of {} x {} with "
                                "{} pixels of padding on each side; set pad_if_needed, more "
                                "padding or a smaller size, or resize before",
                                crop.height, crop.width, image.height, image.width, padding));
      padding += missing;
    }
    const auto places = static_cast<std::uint64_t>(length + 2 * padding - wanted + 1);
    return static_cast<std::int64_t>(random.below(places)) - padding;
  };
  const auto top = place(image.height, crop.height);
  const auto left = place(image.width, crop.width);
  return {top, left, crop.height, crop.width};
}

void apply(const RandomCrop& options, Frame& frame, Random& random) {
  const Size input = frame.input();
  const auto& side = options.size.value;
  const Size size{side.value_or(input.height), side.value_or(input.width)};
  const Box box = random_box(options, frame.size(), size, random);
  frame.crop(box, options.padding_mode, Fill::all(options.fill));
  frame.note("top", static_cast<double>(box.top), "pixels");
  frame.note("left", static_cast<double>(box.left), "pixels");
}

}  // namespace temper::augment

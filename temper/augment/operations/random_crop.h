#pragma once
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/augment/operations/border_fields.h"
#include "temper/augment/pixels/border.h"
#include "temper/augment/pixels/box.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// A crop of a given size at a random place.
struct RandomCrop {
  Auto size = {};
  std::int64_t padding = 0;
  bool pad_if_needed = false;
  std::int64_t fill = 0;
  Border padding_mode = Border::constant;

  static constexpr bool fits_input() { return true; }
  static constexpr std::string_view kind = "random_crop";
  static constexpr About about = {
      .summary =
          "Takes a crop of a given size at a random place, out of the image with a border "
          "around it, as torchvision's RandomCrop does.",
      .formula = "top ~ uniform over {0, ..., padded height - size}, left likewise"};
  static constexpr auto fields() {
    return std::tuple_cat(
        std::tuple{
            field(&RandomCrop::size, kCropSize), field(&RandomCrop::padding, kPadding),
            field(&RandomCrop::pad_if_needed,
                  {.name = "pad_if_needed",
                   .meaning = "pads smaller images on both sides until they have the size; false: "
                              "they are refused"})},
        border_fields<RandomCrop>());
  }
};

/// Throws Error{Code::usage} for an image that is smaller than the crop, unless it may be padded.
void apply(const RandomCrop& options, Frame& frame, Random& random);

/// The box of the crop, which may reach beyond the image.
Box random_box(const RandomCrop& options, Size image, Size crop, Random& random);

}  // namespace temper::augment

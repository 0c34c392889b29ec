#pragma once
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/augment/operations/border_fields.h"
#include "temper/augment/pixels/border.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Shifts the image by up to `padding` pixels each way: a crop of the image's own size out of the
/// image with a border around it.
struct PadCrop {
  std::int64_t padding = 4;
  std::int64_t fill = 0;
  Border padding_mode = Border::constant;

  static constexpr std::string_view kind = "pad_crop";
  static constexpr About about = {
      .summary = "Pads the image on all sides and takes a random crop of the original size.",
      .formula = "shift in y, shift in x ~ uniform over {-padding, ..., padding}",
      .paper =
          "He et al. 2016, Deep residual learning for image recognition, arXiv:1512.03385, 4.2"};
  static constexpr auto fields() {
    return std::tuple_cat(std::tuple{field(&PadCrop::padding, kPadding)}, border_fields<PadCrop>());
  }
};

void apply(const PadCrop& options, Frame& frame, Random& random);

}  // namespace temper::augment

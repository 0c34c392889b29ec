#pragma once
#include <string_view>
#include <tuple>

#include "temper/augment/operations/range.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"
#include "temper/io/image/encode_jpeg.h"

namespace temper::augment {

/// Adds the artifacts of JPEG compression.
struct JpegNoise {
  double p = 0.5;
  double quality_low = 30;
  double quality_high = 95;
  io::Subsampling subsampling = io::Subsampling::both;

  /// Throws Error{Code::usage} for quality_low above quality_high.
  void check() const;

  static constexpr std::string_view kind = "jpeg_noise";
  static constexpr About about = {
      .summary =
          "Compresses the image as a JPEG of random quality with the given probability, and "
          "decompresses it, as torchvision's JPEG does.",
      .formula = "quality ~ uniform over {quality_low, ..., quality_high}",
      .paper =
          "Dodge and Karam 2016, Understanding how image quality affects deep neural "
          "networks, arXiv:1604.04004"};
  static constexpr auto fields() {
    using Self = JpegNoise;
    constexpr Bounds quality = {.low = 1, .high = 100};
    return std::tuple{
        field(&Self::p, kProbability),
        field(&Self::quality_low, {.name = "quality_low",
                                   .meaning = "lower bound of libjpeg's quality",
                                   .bounds = quality,
                                   .scheduled = true}),
        field(&Self::quality_high, {.name = "quality_high",
                                    .meaning = "upper bound of libjpeg's quality",
                                    .bounds = quality,
                                    .scheduled = true}),
        field(&Self::subsampling,
              {.name = "subsampling",
               .meaning = "resolution of the chroma: 4:2:0 has half the height and width, 4:2:2 "
                          "half the width, 4:4:4 is full; images without color have none"})};
  }
};

void apply(const JpegNoise& options, Frame& frame, Random& random);

}  // namespace temper::augment

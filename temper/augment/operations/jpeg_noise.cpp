#include "temper/augment/operations/jpeg_noise.h"

#include "temper/augment/operations/checks.h"
#include "temper/augment/pixels/jpeg.h"

namespace temper::augment {

void JpegNoise::check() const {
  check_range(kind, "quality", quality_low, quality_high);
}

void apply(const JpegNoise& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  const auto quality =
      static_cast<int>(draw_whole(options.quality_low, options.quality_high, random));
  frame.edit([&](io::Image& image) { jpeg(image, quality, options.subsampling); });
  frame.note("jpeg_noise", quality, "quality");
}

}  // namespace temper::augment

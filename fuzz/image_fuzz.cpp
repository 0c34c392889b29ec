#include "fuzz/hostile.h"
#include "temper/io/image/image.h"
#include "temper/io/image/picture.h"
#include "temper/io/image/restart_markers.h"

// Decodes a whole image, and what it is with restart markers, which must have the same pixels; then
// a part of it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(
             data, size,
             [](std::span<const std::byte> bytes) {
               constexpr temper::io::ImageLimits limits{.max_pixels = 1 << 16};
               const auto image = temper::io::decode_image(bytes, "fuzz", 3, limits);
               const auto rewritten = temper::io::with_restart_markers(bytes, 1);
               if (rewritten && temper::io::decode_image(*rewritten, "fuzz", 3, limits) != image)
                 std::abort();
             }) |
         temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
           if (bytes.empty()) return;
           // The last byte selects the part and the options (the first bytes select the format).
           const auto how = std::to_integer<unsigned>(bytes.back());
           static temper::io::Picture picture;  // reused, as in the loader
           picture.encoded(
               bytes, "fuzz",
               {.channels = (how & 1U) != 0 ? 1 : 3,
                .decode = (how & 2U) != 0 ? temper::io::Decode::fast : temper::io::Decode::exact,
                .exif_orientation = (how & 4U) != 0,
                .limits = {.max_pixels = 1 << 16}});
           const int top = static_cast<int>(how >> 3U & 3U) * picture.height() / 4;
           const int left = static_cast<int>(how >> 5U & 3U) * picture.width() / 4;
           const temper::io::Region region{top, left, (picture.height() - top + 1) / 2,
                                           (picture.width() - left + 1) / 2};
           const auto& part = picture.part(region, 1 << (how >> 6U));
           const auto& p = part.pixels;
           // The part must cover the region, and all of its pixels must be readable.
           const int s = part.shrink;
           if (part.top * s > region.top || part.left * s > region.left ||
               (part.top + p.height) * s < region.top + region.height ||
               (part.left + p.width) * s < region.left + region.width)
             std::abort();
           volatile unsigned sum = 0;
           for (int y = 0; y < p.height; ++y)
             sum = sum + p.row(y)[0] + p.row(y)[p.width * p.channels - 1];
         });
}

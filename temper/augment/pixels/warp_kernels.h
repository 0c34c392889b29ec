#pragma once
#include <array>
#include <cstdint>

#include "temper/augment/pixels/fill.h"
#include "temper/io/image/image.h"

/// The inner loops of warp.h and elastic.h in vector instructions, chosen for the processor at the
/// first call. All instruction sets give the same bits: sums and products are in a fixed order,
/// that of Pillow where it has one, and never fused.
namespace temper::augment::kernels {

/// Where in an image the pixels of a part of a row come from.
// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): filled by those who make it
struct Places {
  static constexpr std::int64_t kMost = 128;
  alignas(64) std::array<double, kMost> x;
  alignas(64) std::array<double, kMost> y;
  std::int64_t count = 0;  ///< at most kMost
};

/// The places of pixels [column, column + places.count) of a row under Affine::c.
void affine_places(const std::array<double, 6>& c, std::int64_t column, std::int64_t row,
                   Places& places);
/// The same under Perspective::c.
void perspective_places(const std::array<double, 8>& c, std::int64_t column, std::int64_t row,
                        Places& places);

/// Interpolates at these places, as Pillow does; places outside get the fill.
/// @param out  places.count pixels
void sample_bilinear(const io::Pixels& from, const Places& places, const Fill& fill,
                     std::uint8_t* out);
void sample_bicubic(const io::Pixels& from, const Places& places, const Fill& fill,
                    std::uint8_t* out);

/// out += factor * in
void add_scaled(const float* in, float factor, std::int64_t count, float* out);

}  // namespace temper::augment::kernels

#pragma once
#include <cstdint>
#include <optional>

#include "temper/augment/pixels/box.h"
#include "temper/augment/pixels/frame.h"
#include "temper/augment/pixels/resample.h"

namespace temper::augment {

/// The place of a crop in a picture.
enum class Place : std::uint8_t { center, top_left, top_right, bottom_left, bottom_right };

/// One of the forms in which an evaluated picture is shown to the network, see views.h. By default
/// its only one.
struct View {
  double scale = 1;  ///< of the resize
  Place place = Place::center;
  std::int64_t shift = 0;  ///< pixels to the right and down; the border is reflected
  bool flipped = false;    ///< horizontally
  double weight = 1;       ///< in the mean over the predictions for all views
  bool operator==(const View&) const = default;
};

/// Brings pictures of any size to the network's input, as evaluation does: a resize of the shorter
/// side and a crop. A picture of the size `whole` is not cropped, but resized as a whole to the
/// input, and used as it is where it has the input's size.
struct Fit {
  std::int64_t resize = 0;  ///< length of the shorter side
  Filter filter = {};
  std::optional<Size> whole = {};
  View view = {};
  bool operator==(const Fit&) const = default;
};

void apply(const Fit& fit, Frame& frame);

/// Length of the shorter side of which an input is that share: floor(longer side of the input /
/// crop_ratio), as in timm for square inputs; for others timm resizes to cover both sides.
std::int64_t resize_side(Size input, double crop_ratio);

/// floor(side * scale), at least 1.
std::int64_t scaled_side(std::int64_t side, double scale);

}  // namespace temper::augment

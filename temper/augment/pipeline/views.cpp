#include "temper/augment/pipeline/views.h"

#include <fmt/format.h>

#include <algorithm>

#include "temper/core/error.h"

namespace temper::augment {
namespace {

[[noreturn]] void refuse(const std::string& option, const std::string& message) {
  throw Error(Code::usage, {.option = option}, fmt::format("{}{}", option, message));
}

void check_scale(double scale, const InputTransform& transform) {
  const Size input = transform.size();
  const auto longer = std::max(input.height, input.width);
  const auto side = scaled_side(transform.resize, scale);
  if (side > kMaxSide)
    refuse("evaluation.tta.scales",
           fmt::format(": {:g} resizes the shorter side to {} pixels; expected at most {}", scale,
                       side, kMaxSide));
  if (side < longer || (transform.keep_same_size && scale < 1))
    refuse("evaluation.tta.scales",
           fmt::format(": at {:g} a picture is smaller than the {} x {} pixels that are cropped "
                       "from it; expected {}",
                       scale, input.height, input.width,
                       transform.keep_same_size
                           ? "scales above 1, as pictures are used whole"
                           : fmt::format("at least {:.4g}, as evaluation resizes the shorter side "
                                         "to {} pixels",
                                         static_cast<double>(longer) /
                                             static_cast<double>(transform.resize),
                                         transform.resize)));
}

void check(const ViewOptions& options, const InputTransform& transform) {
  if (options.scales.size() > kMostScales)
    refuse("evaluation.tta.scales", fmt::format(" has {} elements; expected at most {}",
                                                options.scales.size(), kMostScales));
  for (std::size_t i = 0; i < options.scales.size(); ++i) {
    const double scale = options.scales[i];
    const auto before = options.scales.begin() + static_cast<std::ptrdiff_t>(i);
    if (scale == 1) refuse("evaluation.tta.scales", ": 1 is always among the scales; leave it out");
    if (std::find(options.scales.begin(), before, scale) != before)
      refuse("evaluation.tta.scales", fmt::format(": {:g} appears twice", scale));
    check_scale(scale, transform);
  }
  const Size input = transform.size();
  if (const auto shorter = std::min(input.height, input.width); options.shift >= shorter)
    refuse("evaluation.tta.shift", fmt::format(" = {} moves a picture of {} x {} pixels out of "
                                               "sight; expected less than {}",
                                               options.shift, input.height, input.width, shorter));
  if (options.crops == Crops::five && options.scales.empty() && transform.keep_same_size)
    refuse("evaluation.tta.crops",
           " = \"five\": the pictures are used whole, so all crops of them would be equal; give "
           "evaluation.tta.scales above 1, or an evaluation.crop_ratio below 1");
  if (options.crops == Crops::five && options.scales.empty() && input.height == input.width &&
      transform.resize == input.height)
    refuse("evaluation.tta.crops",
           " = \"five\": the crops have the length of the picture's shorter side, so crops of "
           "square pictures would be equal; give evaluation.tta.scales above 1, or an "
           "evaluation.crop_ratio below 1");
}

/// Crops and shifts at one scale, whose weights add up to 1.
std::vector<View> places(const ViewOptions& options, bool is_whole, double scale) {
  std::vector<View> views{{.scale = scale}};
  if (options.crops == Crops::five && !(is_whole && scale == 1))
    for (const auto place :
         {Place::top_left, Place::top_right, Place::bottom_left, Place::bottom_right})
      views.push_back({.scale = scale, .place = place});
  const double moved = options.shift == 0 ? 0 : options.shift_weight;
  for (auto& view : views) view.weight = (1 - moved) / static_cast<double>(views.size());
  if (options.shift != 0)
    for (const auto shift : {-options.shift, options.shift})
      views.push_back({.scale = scale, .shift = shift, .weight = moved / 2});
  return views;
}

}  // namespace

std::vector<View> views_of(const ViewOptions& options, const InputTransform& transform) {
  check(options, transform);
  std::vector<double> scales{1};
  scales.insert(scales.end(), options.scales.begin(), options.scales.end());
  std::vector<View> views;
  for (const double scale : scales)
    for (auto view : places(options, transform.keep_same_size, scale)) {
      view.weight /= static_cast<double>(scales.size() * (options.flip ? 2 : 1));
      for (const bool flipped : {false, true}) {
        if (flipped && !options.flip) continue;
        view.flipped = flipped;
        views.push_back(view);
      }
    }
  if (views.size() == 1)
    refuse("evaluation.tta",
           " has no view besides the picture itself; give flip = true, crops, scales or a shift, "
           "or leave it out");
  return views;
}

}  // namespace temper::augment

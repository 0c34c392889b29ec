#include "temper/augment/operations/color_jitter.h"

#include <algorithm>
#include <utility>

#include "temper/augment/pixels/color.h"

namespace temper::augment {
namespace {

constexpr std::array<std::string_view, 4> kParts{"brightness", "contrast", "saturation", "hue"};

void change(io::Image& image, JitteredColor::Part part, double amount) {
  switch (part) {
    case JitteredColor::of_brightness:
      return brightness(image, amount);
    case JitteredColor::of_contrast:
      return contrast(image, amount);
    case JitteredColor::of_saturation:
      return saturation(image, amount);
    case JitteredColor::of_hue:
      return hue(image, amount);
  }
}

}  // namespace

JitteredColor draw(const ColorJitter& options, Random& random) {
  JitteredColor drawn;
  for (std::size_t last = drawn.order.size() - 1; last > 0; --last)
    std::swap(drawn.order[last], drawn.order[random.below(last + 1)]);
  const std::array<double, 4> strengths{options.brightness, options.contrast, options.saturation,
                                        options.hue};
  for (std::size_t part = 0; part < strengths.size(); ++part) {
    const double strength = strengths[part];
    drawn.used[part] = strength > 0;
    drawn.amount[part] = part == JitteredColor::of_hue
                             ? random.uniform(-strength, strength)
                             : random.uniform(std::max(0.0, 1 - strength), 1 + strength);
  }
  return drawn;
}

void jitter(io::Image& image, const JitteredColor& drawn) {
  for (const auto part : drawn.order)
    if (drawn.used[part]) change(image, part, drawn.amount[part]);
}

void apply(const ColorJitter& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  const JitteredColor drawn = draw(options, random);
  if (std::ranges::none_of(drawn.used, [](bool used) { return used; })) return;
  frame.edit([&](io::Image& image) { jitter(image, drawn); });
  for (const auto part : drawn.order)
    if (drawn.used[part])
      frame.note(kParts[part], drawn.amount[part],
                 part == JitteredColor::of_hue ? "color circle" : "factor");
}

}  // namespace temper::augment

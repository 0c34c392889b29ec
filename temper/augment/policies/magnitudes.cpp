#include "temper/augment/policies/magnitudes.h"

#include <algorithm>
#include <cmath>

namespace temper::augment {
namespace {

bool is_enhancement(Primitive primitive) {
  return primitive == Primitive::saturation || primitive == Primitive::contrast ||
         primitive == Primitive::brightness || primitive == Primitive::sharpness;
}

/// Those that every table has, without a value.
bool has_no_value(Primitive primitive) {
  return primitive == Primitive::identity || primitive == Primitive::auto_contrast ||
         primitive == Primitive::equalize || primitive == Primitive::invert;
}

bool is_of_torchvision(Scale scale) {
  return scale == Scale::torchvision || scale == Scale::trivial_augment_wide ||
         scale == Scale::torchvision_augmix;
}

bool is_of_tensorflow(Scale scale) {
  return scale == Scale::tensorflow || scale == Scale::tensorflow_auto_augment;
}

/// The side along which a translation goes.
double side(Primitive primitive, Size image) {
  return static_cast<double>(primitive == Primitive::translate_y ? image.height : image.width);
}

/// What timm and tensorflow/tpu have in common. Both move an image to the left (up) by the value
/// that the published code does not negate.
std::optional<double> of_ten(Primitive primitive, double level, double sign) {
  switch (primitive) {
    case Primitive::rotate:
      return sign * (level * 30);
    case Primitive::shear_x:
    case Primitive::shear_y:
      return sign * (level * 0.3);
    case Primitive::solarize:
      return std::trunc(level * 256);
    case Primitive::solarize_add:
      return std::trunc(level * 110);
    case Primitive::posterize:
      return std::trunc(level * 4);
    default:
      break;
  }
  if (is_enhancement(primitive)) return level * 1.8 + 0.1;
  return std::nullopt;
}

std::optional<double> of_timm(Scale scale, Primitive primitive, double level, Size image,
                              double sign) {
  const bool increasing = scale == Scale::timm_increasing;
  const auto common = of_ten(primitive, level, sign);
  if (is_enhancement(primitive) && increasing) return std::max(0.1, 1 + sign * (level * 0.9));
  switch (primitive) {
    case Primitive::translate_x:
    case Primitive::translate_y:
      return -(sign * (level * 0.45)) * side(primitive, image);
    case Primitive::solarize: {
      const double threshold = std::min(256.0, *common);
      return increasing ? 256 - threshold : threshold;
    }
    case Primitive::solarize_add:
      return std::min(128.0, *common);
    case Primitive::posterize: {
      if (scale == Scale::timm) return std::min(8.0, *common);
      if (scale == Scale::timm_original) return std::min(8.0, *common + 4);
      return std::max(0.0, 4 - *common);
    }
    case Primitive::desaturate:
      return std::clamp(0.5 + (1.0 - 0.5) * level, 0.5, 1.0);
    case Primitive::gaussian_blur:
      return std::clamp(0.1 + (2.0 - 0.1) * level, 0.1, 2.0);
    default:
      return common;
  }
}

std::optional<double> of_tensorflow(Scale scale, Primitive primitive, double level, double sign) {
  const bool rand_augment = scale == Scale::tensorflow;
  switch (primitive) {
    case Primitive::translate_x:
    case Primitive::translate_y:
      return -(sign * (level * (rand_augment ? 100 : 250)));
    case Primitive::cutout:
      return 2 * std::trunc(level * (rand_augment ? 40 : 100));
    // Its shifts are by at most 7 bits, so that the highest bit stays.
    case Primitive::posterize:
      return std::clamp(std::trunc(level * 4), 1.0, 8.0);
    default:
      return of_ten(primitive, level, sign);
  }
}

/// An entry of torch.linspace(low, high, bins): in float, from the nearer end. LibTorch's vector
/// loops may round the last bit otherwise, each instruction set in its own way; these are the
/// numbers of its scalar loop.
double linspace(double low, double high, double index, std::int64_t bins) {
  const auto first = static_cast<float>(low);
  const auto last = static_cast<float>(high);
  const float step = (last - first) / static_cast<float>(bins - 1);
  const float forward = step * static_cast<float>(index);
  const float back = step * static_cast<float>(static_cast<double>(bins) - index - 1);
  const auto half = bins / 2;
  return index < static_cast<double>(half) ? first + forward : last - back;
}

std::optional<double> of_torchvision(Scale scale, Primitive primitive, double magnitude, Size image,
                                     double sign, std::int64_t bins) {
  const bool wide = scale == Scale::trivial_augment_wide;
  const bool augmix = scale == Scale::torchvision_augmix;
  const auto at = [&](double high) { return linspace(0, high, magnitude, bins); };
  switch (primitive) {
    case Primitive::shear_x:
    case Primitive::shear_y:
      return sign * at(wide ? 0.99 : 0.3);
    case Primitive::translate_x:
    case Primitive::translate_y: {
      const double pixels = side(primitive, image);
      return sign * std::trunc(at(wide ? 32 : augmix ? pixels / 3.0 : 150.0 / 331.0 * pixels));
    }
    case Primitive::rotate:
      return sign * at(wide ? 135 : 30);
    case Primitive::solarize:
      return linspace(255, 0, magnitude, bins);
    case Primitive::posterize: {
      const auto each = static_cast<float>(static_cast<double>(bins - 1) / (wide ? 6 : 4));
      return (augmix ? 4.0 : 8.0) - std::nearbyint(static_cast<float>(magnitude) / each);
    }
    default:
      break;
  }
  if (is_enhancement(primitive)) return 1 + sign * at(wide ? 0.99 : 0.9);
  return std::nullopt;
}

/// What tensorflow/models' research/autoaugment and google-research/augmix have in common.
std::optional<double> of_research(Scale scale, Primitive primitive, double magnitude, Size image,
                                  double sign) {
  const bool augmix = scale == Scale::augmix;
  const auto part = [&](double of) { return magnitude * of / 10; };
  switch (primitive) {
    case Primitive::rotate:
      return sign * std::trunc(part(30));
    case Primitive::shear_x:
    case Primitive::shear_y:
      return sign * part(0.3);
    case Primitive::translate_x:
    case Primitive::translate_y:
      return -sign * std::trunc(part(augmix ? side(primitive, image) / 3 : 10));
    case Primitive::solarize:
      return 256 - std::trunc(part(256));
    case Primitive::posterize:
      return 4 - std::trunc(part(4));
    case Primitive::cutout:
      if (augmix) return std::nullopt;
      return 2 * std::floor(std::trunc(part(20)) / 2);
    default:
      break;
  }
  if (is_enhancement(primitive)) return part(1.8) + 0.1;
  return std::nullopt;
}

/// The level runs from one end of each range to the other, also of signed ones, whose values are
/// then negated with probability 1/2 all the same.
std::optional<double> of_fast_auto_augment(Primitive primitive, double level, Size image,
                                           double sign) {
  const auto between = [&](double low, double high) { return level * (high - low) + low; };
  switch (primitive) {
    case Primitive::shear_x:
    case Primitive::shear_y:
      return sign * between(-0.3, 0.3);
    case Primitive::translate_x:
    case Primitive::translate_y:
      return -(sign * between(-0.45, 0.45)) * side(primitive, image);
    case Primitive::rotate:
      return sign * between(-30, 30);
    case Primitive::solarize:
      return between(0, 256);
    case Primitive::posterize:
      return std::trunc(between(4, 8));
    case Primitive::cutout:
      return between(0, 0.2) * static_cast<double>(image.width);
    default:
      break;
  }
  if (is_enhancement(primitive)) return between(0.1, 1.9);
  return std::nullopt;
}

}  // namespace

std::optional<double> physical(Scale scale, Primitive primitive, double magnitude, Size image,
                               bool negated, std::int64_t bins) {
  if (has_no_value(primitive)) return 0;
  const double sign = negated && is_signed(scale, primitive) ? -1 : 1;
  switch (scale) {
    case Scale::timm:
    case Scale::timm_increasing:
    case Scale::timm_original:
    case Scale::timm_research:
      return of_timm(scale, primitive, magnitude / 10, image, sign);
    case Scale::torchvision:
    case Scale::trivial_augment_wide:
    case Scale::torchvision_augmix:
      return of_torchvision(scale, primitive, magnitude, image, sign, bins);
    case Scale::tensorflow:
    case Scale::tensorflow_auto_augment:
      return of_tensorflow(scale, primitive, magnitude / 10, sign);
    case Scale::research:
    case Scale::augmix:
      return of_research(scale, primitive, magnitude, image, sign);
    case Scale::fast_auto_augment:
      break;
  }
  return of_fast_auto_augment(primitive, magnitude, image, sign);
}

bool is_signed(Scale scale, Primitive primitive) {
  return is_geometric(primitive) || (is_enhancement(primitive) &&
                                     (scale == Scale::timm_increasing || is_of_torchvision(scale)));
}

Quirks quirks_of(Scale scale) {
  return {.tensorflow = is_of_tensorflow(scale), .shear_by_angle = is_of_torchvision(scale)};
}

}  // namespace temper::augment

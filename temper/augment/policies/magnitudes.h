#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "temper/augment/pixels/box.h"
#include "temper/augment/policies/primitive.h"
#include "temper/core/fields.h"

namespace temper::augment {

/// The published tables that turn a magnitude into an operation's physical value.
enum class Scale : std::uint8_t {
  timm,                     ///< timm's RandAugment, and AutoAugment v0: 0 to 10
  timm_increasing,          ///< timm's RandAugment with `inc`, AugMix and `3a`: 0 to 10
  timm_original,            ///< timm's AutoAugment `original`: 0 to 10
  timm_research,            ///< timm's AutoAugment `v0r` and `originalr`: 0 to 10
  torchvision,              ///< torchvision's RandAugment and AutoAugment: 0 to bins - 1
  trivial_augment_wide,     ///< torchvision's TrivialAugmentWide: 0 to bins - 1
  torchvision_augmix,       ///< torchvision's AugMix: 0 to bins - 1
  tensorflow,               ///< tensorflow/tpu's RandAugment: no limit, 5 to 30 are usual
  tensorflow_auto_augment,  ///< tensorflow/tpu's AutoAugment v0: 0 to 10
  research,                 ///< tensorflow/models research/autoaugment, the list for CIFAR: 0 to 10
  augmix,                   ///< google-research/augmix: 0 to 10
  fast_auto_augment,        ///< kakaobrain/fast-autoaugment: 0 to 1
};

/// The largest magnitude of timm's policies, unless `mmax` raises it.
inline constexpr double kMostOfTimm = 10;

/// The number of magnitudes of torchvision's AutoAugment and AugMix.
inline constexpr std::int64_t kTorchvisionBins = 10;

/// What torchvision's RandAugment and TrivialAugmentWide draw from, in its order.
inline constexpr std::array<Primitive, 14> kTorchvisionOperations{
    Primitive::identity,      Primitive::shear_x,   Primitive::shear_y,    Primitive::translate_x,
    Primitive::translate_y,   Primitive::rotate,    Primitive::brightness, Primitive::saturation,
    Primitive::contrast,      Primitive::sharpness, Primitive::posterize,  Primitive::solarize,
    Primitive::auto_contrast, Primitive::equalize};

/// The physical value, see Step::value; 0 for an operation without one. Empty where the table has
/// no such operation. Magnitudes between integers have values between theirs.
/// @param magnitude  of the scale, at least 0; not clamped
/// @param image      height and width at which translations are meant
/// @param negated    the other sign, where the published code draws one: see is_signed()
/// @param bins       of torchvision's tables: the number of magnitudes, at least 2
std::optional<double> physical(Scale scale, Primitive primitive, double magnitude, Size image,
                               bool negated = false, std::int64_t bins = 31);

/// Whether the published code negates the value with probability 1/2.
bool is_signed(Scale scale, Primitive primitive);

/// What that table's implementation does differently with the values.
Quirks quirks_of(Scale scale);

}  // namespace temper::augment

template <>
struct temper::EnumNames<temper::augment::Scale> {
  static constexpr std::array<std::string_view, 12> value{"timm",
                                                          "timm_increasing",
                                                          "timm_original",
                                                          "timm_research",
                                                          "torchvision",
                                                          "trivial_augment_wide",
                                                          "torchvision_augmix",
                                                          "tensorflow",
                                                          "tensorflow_auto_augment",
                                                          "research",
                                                          "augmix",
                                                          "fast_auto_augment"};
};

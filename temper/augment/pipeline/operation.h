#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "temper/augment/operations/affine.h"
#include "temper/augment/operations/alternating_flip.h"
#include "temper/augment/operations/auto_contrast.h"
#include "temper/augment/operations/brightness.h"
#include "temper/augment/operations/center_crop.h"
#include "temper/augment/operations/color_jitter.h"
#include "temper/augment/operations/contrast.h"
#include "temper/augment/operations/custom.h"
#include "temper/augment/operations/cutout.h"
#include "temper/augment/operations/elastic.h"
#include "temper/augment/operations/equalize.h"
#include "temper/augment/operations/flip.h"
#include "temper/augment/operations/gamma.h"
#include "temper/augment/operations/gaussian_blur.h"
#include "temper/augment/operations/grayscale.h"
#include "temper/augment/operations/hue.h"
#include "temper/augment/operations/invert.h"
#include "temper/augment/operations/jpeg_noise.h"
#include "temper/augment/operations/pad_crop.h"
#include "temper/augment/operations/perspective.h"
#include "temper/augment/operations/posterize.h"
#include "temper/augment/operations/random_crop.h"
#include "temper/augment/operations/random_erasing.h"
#include "temper/augment/operations/random_resized_crop.h"
#include "temper/augment/operations/resize.h"
#include "temper/augment/operations/rotate.h"
#include "temper/augment/operations/saturation.h"
#include "temper/augment/operations/sharpness.h"
#include "temper/augment/operations/shear.h"
#include "temper/augment/operations/solarize.h"
#include "temper/augment/operations/solarize_add.h"
#include "temper/augment/operations/translate.h"
#include "temper/augment/operations/vertical_flip.h"
#include "temper/augment/operations/zoom.h"
#include "temper/augment/pipeline/one_of.h"
#include "temper/augment/pipeline/random_apply.h"
#include "temper/augment/pipeline/some_of.h"
#include "temper/augment/policies/augmix.h"
#include "temper/augment/policies/auto_augment.h"
#include "temper/augment/policies/fast_auto_augment.h"
#include "temper/augment/policies/rand_augment.h"
#include "temper/augment/policies/three_augment.h"
#include "temper/augment/policies/trivial_augment.h"

namespace temper::augment {

/// An operation maps an image to an image. Each has a function `apply(options, frame, random)`. One
/// whose options may contradict each other has a member `check()`. One that may bring images of any
/// size to one size, or refuses them, has a member `fits_input()`, which says whether it does: see
/// the function below. One that holds others has a member `operations`, and its function is
/// `apply(options, frame, random, nested)`, in which `nested(operations)` applies them, and
/// `nested.one(operations, k)` one of them. One that depends on the epoch has a function
/// `apply(options, frame, random, epoch)`, to which `random` gives the same numbers in every epoch.
struct Operation
    : std::variant<PadCrop, Flip, RandomResizedCrop, Resize, CenterCrop, AlternatingFlip, AugMix,
                   AutoAugment, AutoContrast, Brightness, ColorJitter, Contrast, Custom, Cutout,
                   Elastic, Equalize, FastAutoAugment, Gamma, GaussianBlur, Grayscale, Hue, Invert,
                   JpegNoise, Posterize, RandAugment, RandomAffine, RandomCrop, RandomErasing,
                   RandomPerspective, Rotate, Saturation, Sharpness, Shear, Solarize, SolarizeAdd,
                   ThreeAugment, Translate, TrivialAugmentWide, VerticalFlip, Zoom, OneOf,
                   RandomApply, SomeOf> {
  using variant::variant;

  /// timm's notation, see timm_string.h: a recipe may have it in place of a table.
  static std::optional<Operation> read(std::string_view text);
  [[nodiscard]] std::string written() const;
};

/// Whether an operation brings images of any size to one size, or refuses them. Training does not
/// resize and crop images as evaluation does before a list that has one.
bool fits_input(const Operation& operation);

/// Lists within lists, at most; the outermost one counts.
inline constexpr int kMaxNesting = 8;

/// Throws Error{Code::usage} for a nested list that is empty or too deep.
/// @param path  of the list, for messages
void check_nesting(std::span<const Operation> operations, const std::string& path);

/// Throws Error{Code::usage} for options that contradict each other.
/// @param path  of the list: errors name the operation by it; empty: it is not known
void check_options(std::span<const Operation> operations, const std::string& path = {});

}  // namespace temper::augment

// The published lists of AutoAugment: for each operation its probability and its magnitude from 0
// to 10, which is left at 0 where the operation has none. "Color" is called saturation.
#include "temper/augment/policies/auto_augment.h"

namespace temper::augment {
namespace {

using enum Primitive;

// The paper's list for ImageNet, from timm 1.0.31 (`original`) and torchvision 0.26.
constexpr auto kImageNet = std::to_array<SubPolicy>(
    {{posterize, 0.4, 8, rotate, 0.6, 9},    {solarize, 0.6, 5, auto_contrast, 0.6, 0},
     {equalize, 0.8, 0, equalize, 0.6, 0},   {posterize, 0.6, 7, posterize, 0.6, 6},
     {equalize, 0.4, 0, solarize, 0.2, 4},   {equalize, 0.4, 0, rotate, 0.8, 8},
     {solarize, 0.6, 3, equalize, 0.6, 0},   {posterize, 0.8, 5, equalize, 1, 0},
     {rotate, 0.2, 3, solarize, 0.6, 8},     {equalize, 0.6, 0, posterize, 0.4, 6},
     {rotate, 0.8, 8, saturation, 0.4, 0},   {rotate, 0.4, 9, equalize, 0.6, 0},
     {equalize, 0, 0, equalize, 0.8, 0},     {invert, 0.6, 0, equalize, 1, 0},
     {saturation, 0.6, 4, contrast, 1, 8},   {rotate, 0.8, 8, saturation, 1, 2},
     {saturation, 0.8, 8, solarize, 0.8, 7}, {sharpness, 0.4, 7, invert, 0.6, 0},
     {shear_x, 0.6, 5, equalize, 1, 0},      {saturation, 0.4, 0, equalize, 0.6, 0},
     {equalize, 0.4, 0, solarize, 0.2, 4},   {solarize, 0.6, 5, auto_contrast, 0.6, 0},
     {invert, 0.6, 0, equalize, 1, 0},       {saturation, 0.6, 4, contrast, 1, 8},
     {equalize, 0.8, 0, equalize, 0.6, 0}});

// EfficientNet's, from tensorflow/tpu, models/official/efficientnet/autoaugment.py, policy_v0().
constexpr auto kV0 = std::to_array<SubPolicy>(
    {{equalize, 0.8, 0, shear_y, 0.8, 4},        {saturation, 0.4, 9, equalize, 0.6, 0},
     {saturation, 0.4, 1, rotate, 0.6, 8},       {solarize, 0.8, 3, equalize, 0.4, 0},
     {solarize, 0.4, 2, solarize, 0.6, 2},       {saturation, 0.2, 0, equalize, 0.8, 0},
     {equalize, 0.4, 0, solarize_add, 0.8, 3},   {shear_x, 0.2, 9, rotate, 0.6, 8},
     {saturation, 0.6, 1, equalize, 1, 0},       {invert, 0.4, 0, rotate, 0.6, 0},
     {equalize, 1, 0, shear_y, 0.6, 3},          {saturation, 0.4, 7, equalize, 0.6, 0},
     {posterize, 0.4, 6, auto_contrast, 0.4, 0}, {solarize, 0.6, 8, saturation, 0.6, 9},
     {solarize, 0.2, 4, rotate, 0.8, 9},         {rotate, 1, 7, translate_y, 0.8, 9},
     {shear_x, 0, 0, solarize, 0.8, 4},          {shear_y, 0.8, 0, saturation, 0.6, 4},
     {saturation, 1, 0, rotate, 0.6, 2},         {equalize, 0.8, 0, equalize, 0, 0},
     {equalize, 1, 0, auto_contrast, 0.6, 0},    {shear_y, 0.4, 7, solarize_add, 0.6, 7},
     {posterize, 0.8, 2, solarize, 0.6, 10},     {solarize, 0.6, 8, equalize, 0.6, 0},
     {saturation, 0.8, 6, rotate, 0.4, 5}});

// The paper's list for CIFAR-10, from torchvision 0.26.
constexpr auto kCifar10 = std::to_array<SubPolicy>({{invert, 0.1, 0, contrast, 0.2, 6},
                                                    {rotate, 0.7, 2, translate_x, 0.3, 9},
                                                    {sharpness, 0.8, 1, sharpness, 0.9, 3},
                                                    {shear_y, 0.5, 8, translate_y, 0.7, 9},
                                                    {auto_contrast, 0.5, 0, equalize, 0.9, 0},
                                                    {shear_y, 0.2, 7, posterize, 0.3, 7},
                                                    {saturation, 0.4, 3, brightness, 0.6, 7},
                                                    {sharpness, 0.3, 9, brightness, 0.7, 9},
                                                    {equalize, 0.6, 0, equalize, 0.5, 0},
                                                    {contrast, 0.6, 7, sharpness, 0.6, 5},
                                                    {saturation, 0.7, 7, translate_x, 0.5, 8},
                                                    {equalize, 0.3, 0, auto_contrast, 0.4, 0},
                                                    {translate_y, 0.4, 3, sharpness, 0.2, 6},
                                                    {brightness, 0.9, 6, saturation, 0.2, 8},
                                                    {solarize, 0.5, 2, invert, 0, 0},
                                                    {equalize, 0.2, 0, auto_contrast, 0.6, 0},
                                                    {equalize, 0.2, 0, equalize, 0.6, 0},
                                                    {saturation, 0.9, 9, equalize, 0.6, 0},
                                                    {auto_contrast, 0.8, 0, solarize, 0.2, 8},
                                                    {brightness, 0.1, 3, saturation, 0.7, 0},
                                                    {solarize, 0.4, 5, auto_contrast, 0.9, 0},
                                                    {translate_y, 0.9, 9, translate_y, 0.7, 9},
                                                    {auto_contrast, 0.9, 0, solarize, 0.8, 3},
                                                    {equalize, 0.8, 0, invert, 0.1, 0},
                                                    {translate_y, 0.7, 9, auto_contrast, 0.9, 0}});

// tensorflow/models, research/autoaugment/policies.py, good_policies().
constexpr auto kCifar10Of95 =
    std::to_array<SubPolicy>({{invert, 0.1, 0, contrast, 0.2, 6},
                              {rotate, 0.7, 2, translate_x, 0.3, 9},
                              {sharpness, 0.8, 1, sharpness, 0.9, 3},
                              {shear_y, 0.5, 8, translate_y, 0.7, 9},
                              {auto_contrast, 0.5, 0, equalize, 0.9, 0},
                              {solarize, 0.4, 5, auto_contrast, 0.9, 0},
                              {translate_y, 0.9, 9, translate_y, 0.7, 9},
                              {auto_contrast, 0.9, 0, solarize, 0.8, 3},
                              {equalize, 0.8, 0, invert, 0.1, 0},
                              {translate_y, 0.7, 9, auto_contrast, 0.9, 0},
                              {solarize, 0.4, 5, auto_contrast, 0, 0},
                              {translate_y, 0.7, 9, translate_y, 0.7, 9},
                              {auto_contrast, 0.9, 0, solarize, 0.4, 3},
                              {equalize, 0.7, 0, invert, 0.1, 0},
                              {translate_y, 0.7, 9, translate_y, 0.7, 9},
                              {solarize, 0.4, 5, auto_contrast, 0.9, 0},
                              {translate_y, 0.8, 9, translate_y, 0.9, 9},
                              {auto_contrast, 0.8, 0, translate_y, 0.7, 9},
                              {translate_y, 0.2, 7, saturation, 0.9, 6},
                              {equalize, 0.7, 0, saturation, 0.4, 9},
                              {shear_y, 0.2, 7, posterize, 0.3, 7},
                              {saturation, 0.4, 3, brightness, 0.6, 7},
                              {sharpness, 0.3, 9, brightness, 0.7, 9},
                              {equalize, 0.6, 0, equalize, 0.5, 0},
                              {contrast, 0.6, 7, sharpness, 0.6, 5},
                              {brightness, 0.3, 7, auto_contrast, 0.5, 0},
                              {auto_contrast, 0.9, 0, auto_contrast, 0.5, 0},
                              {solarize, 0.3, 5, equalize, 0.6, 0},
                              {translate_y, 0.2, 4, sharpness, 0.3, 3},
                              {brightness, 0, 8, saturation, 0.8, 8},
                              {solarize, 0.2, 6, saturation, 0.8, 6},
                              {solarize, 0.2, 6, auto_contrast, 0.8, 0},
                              {solarize, 0.4, 1, equalize, 0.6, 0},
                              {brightness, 0, 0, solarize, 0.5, 2},
                              {auto_contrast, 0.9, 0, brightness, 0.5, 3},
                              {contrast, 0.7, 5, brightness, 0, 2},
                              {solarize, 0.2, 8, solarize, 0.1, 5},
                              {contrast, 0.5, 1, translate_y, 0.2, 9},
                              {auto_contrast, 0.6, 0, translate_y, 0, 9},
                              {auto_contrast, 0.9, 0, equalize, 0.8, 0},
                              {brightness, 0, 7, equalize, 0.4, 0},
                              {solarize, 0.2, 5, equalize, 0.7, 0},
                              {equalize, 0.6, 0, saturation, 0.6, 2},
                              {saturation, 0.3, 7, saturation, 0.2, 4},
                              {auto_contrast, 0.5, 0, solarize, 0.7, 2},
                              {auto_contrast, 0.2, 0, equalize, 0.1, 0},
                              {shear_y, 0.6, 5, equalize, 0.6, 0},
                              {brightness, 0.9, 3, auto_contrast, 0.4, 0},
                              {equalize, 0.8, 0, equalize, 0.7, 0},
                              {equalize, 0.7, 0, solarize, 0.5, 0},
                              {equalize, 0.8, 0, translate_y, 0.8, 9},
                              {translate_y, 0.8, 9, translate_y, 0.6, 9},
                              {translate_y, 0.9, 0, translate_y, 0.5, 9},
                              {auto_contrast, 0.5, 0, solarize, 0.3, 4},
                              {solarize, 0.5, 3, equalize, 0.4, 0},
                              {saturation, 0.7, 7, translate_x, 0.5, 8},
                              {equalize, 0.3, 0, auto_contrast, 0.4, 0},
                              {translate_y, 0.4, 3, sharpness, 0.2, 6},
                              {brightness, 0.9, 6, saturation, 0.2, 8},
                              {solarize, 0.5, 2, invert, 0, 0},
                              {auto_contrast, 0.1, 0, brightness, 0, 0},
                              {cutout, 0.2, 4, equalize, 0.1, 0},
                              {equalize, 0.7, 0, auto_contrast, 0.6, 0},
                              {saturation, 0.1, 8, shear_y, 0.2, 3},
                              {shear_y, 0.4, 2, rotate, 0.7, 0},
                              {shear_y, 0.1, 3, auto_contrast, 0.9, 0},
                              {translate_y, 0.3, 6, cutout, 0.3, 3},
                              {equalize, 0.5, 0, solarize, 0.6, 6},
                              {auto_contrast, 0.3, 0, rotate, 0.2, 7},
                              {equalize, 0.8, 0, invert, 0.4, 0},
                              {equalize, 0.9, 0, saturation, 0.7, 0},
                              {equalize, 0.1, 0, shear_y, 0.1, 3},
                              {auto_contrast, 0.7, 0, equalize, 0.7, 0},
                              {brightness, 0.5, 1, contrast, 0.1, 7},
                              {contrast, 0.1, 4, solarize, 0.6, 5},
                              {solarize, 0.2, 3, shear_x, 0, 0},
                              {translate_x, 0.3, 0, translate_x, 0.6, 0},
                              {equalize, 0.5, 0, translate_y, 0.6, 7},
                              {shear_x, 0.1, 0, sharpness, 0.5, 1},
                              {equalize, 0.8, 0, invert, 0.3, 0},
                              {auto_contrast, 0.3, 0, cutout, 0.5, 3},
                              {shear_x, 0.4, 4, auto_contrast, 0.9, 0},
                              {shear_x, 0, 3, posterize, 0, 3},
                              {solarize, 0.4, 3, saturation, 0.2, 4},
                              {equalize, 0.1, 0, equalize, 0.7, 0},
                              {equalize, 0.3, 0, auto_contrast, 0.4, 0},
                              {solarize, 0.6, 4, auto_contrast, 0.7, 0},
                              {auto_contrast, 0.2, 0, brightness, 0.4, 8},
                              {equalize, 0.1, 0, equalize, 0, 0},
                              {equalize, 0.8, 0, equalize, 0, 0},
                              {equalize, 0.5, 0, auto_contrast, 0.1, 0},
                              {solarize, 0.5, 5, auto_contrast, 0.9, 0},
                              {auto_contrast, 0.6, 0, auto_contrast, 0.7, 0},
                              {equalize, 0.2, 0, auto_contrast, 0.1, 0},
                              {equalize, 0.6, 0, equalize, 0.4, 0}});

// The paper's list for SVHN, from torchvision 0.26.
constexpr auto kSvhn = std::to_array<SubPolicy>(
    {{shear_x, 0.9, 4, invert, 0.2, 0},       {shear_y, 0.9, 8, invert, 0.7, 0},
     {equalize, 0.6, 0, solarize, 0.6, 6},    {invert, 0.9, 0, equalize, 0.6, 0},
     {equalize, 0.6, 0, rotate, 0.9, 3},      {shear_x, 0.9, 4, auto_contrast, 0.8, 0},
     {shear_y, 0.9, 8, invert, 0.4, 0},       {shear_y, 0.9, 5, solarize, 0.2, 6},
     {invert, 0.9, 0, auto_contrast, 0.8, 0}, {equalize, 0.6, 0, rotate, 0.9, 3},
     {shear_x, 0.9, 4, solarize, 0.3, 3},     {shear_y, 0.8, 8, invert, 0.7, 0},
     {equalize, 0.9, 0, translate_y, 0.6, 6}, {invert, 0.9, 0, equalize, 0.6, 0},
     {contrast, 0.3, 3, rotate, 0.8, 4},      {invert, 0.8, 0, translate_y, 0, 2},
     {shear_y, 0.7, 6, solarize, 0.4, 8},     {invert, 0.6, 0, rotate, 0.8, 4},
     {shear_y, 0.3, 7, translate_x, 0.9, 3},  {shear_x, 0.1, 6, invert, 0.6, 0},
     {solarize, 0.7, 2, translate_y, 0.6, 7}, {shear_y, 0.8, 4, invert, 0.8, 0},
     {shear_x, 0.7, 9, translate_y, 0.8, 3},  {shear_y, 0.8, 5, auto_contrast, 0.7, 0},
     {shear_x, 0.7, 2, invert, 0.1, 0}});

}  // namespace

std::span<const SubPolicy> sub_policies(AutoAugmentPolicy policy) {
  switch (policy) {
    case AutoAugmentPolicy::imagenet:
    case AutoAugmentPolicy::originalr:
      return kImageNet;
    case AutoAugmentPolicy::v0:
    case AutoAugmentPolicy::v0r:
      return kV0;
    case AutoAugmentPolicy::cifar10:
      return kCifar10;
    case AutoAugmentPolicy::cifar10_95:
      return kCifar10Of95;
    case AutoAugmentPolicy::svhn:
      break;
  }
  return kSvhn;
}

}  // namespace temper::augment

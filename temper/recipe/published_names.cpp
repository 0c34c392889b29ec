#include "temper/recipe/published_names.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "temper/core/lower_case.h"

namespace temper::recipe {
namespace {

/// Names of Pillow, torchvision, timm and Albumentations, in lower case without separators.
constexpr std::array<std::pair<std::string_view, std::string_view>, 22> kKinds{
    {{"color", "saturation"},
     {"colour", "saturation"},
     {"elastictransform", "elastic"},
     {"gray", "grayscale"},
     {"grey", "grayscale"},
     {"hflip", "flip"},
     {"horizontalflip", "flip"},
     {"randomadjustsharpness", "sharpness"},
     {"randomaffine", "affine"},
     {"randomautocontrast", "auto_contrast"},
     {"randomchoice", "one_of"},
     {"randomequalize", "equalize"},
     {"randomgrayscale", "grayscale"},
     {"randomhorizontalflip", "flip"},
     {"randominvert", "invert"},
     {"randomperspective", "perspective"},
     {"randomposterize", "posterize"},
     {"randomrotation", "rotate"},
     {"randomsolarize", "solarize"},
     {"randomverticalflip", "vertical_flip"},
     {"trivialaugment", "trivial_augment_wide"},
     {"vflip", "vertical_flip"}}};

}  // namespace

std::string_view kind_of_published(std::string_view name) {
  auto plain = to_lower(std::string(name));
  std::erase_if(plain, [](char c) { return c == '_' || c == '-'; });
  const auto* const found =
      std::ranges::find(kKinds, std::string_view(plain), [](const auto& one) { return one.first; });
  return found == kKinds.end() ? std::string_view() : found->second;
}

}  // namespace temper::recipe

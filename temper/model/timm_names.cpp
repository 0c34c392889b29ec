#include "temper/model/timm_names.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "temper/model/resnet_plan.h"

namespace temper::model {
namespace {

using Named = std::pair<std::string_view, Architecture>;

ResNet resnet(std::int64_t depth) {
  return {.depth = depth, .stem = Stem::imagenet};
}

ResNet resnet_d(std::int64_t depth) {
  return {.depth = depth, .stem = Stem::d, .shortcut = ShortcutType::d};
}

ResNet resnet_rs(std::int64_t depth) {
  return {.depth = depth, .stem = Stem::rs, .shortcut = ShortcutType::d, .se_ratio = 0.25};
}

ResNet se_resnet(std::int64_t depth) {
  return {.depth = depth, .stem = Stem::imagenet, .se_ratio = 1.0 / 16};
}

ResNet resnext(std::int64_t depth, std::int64_t groups, std::int64_t width) {
  return {.depth = depth, .stem = Stem::imagenet, .groups = groups, .width_per_group = width};
}

ResNet second(ResNet options) {
  options.version = Version::v2;
  return options;
}

EfficientNet efficientnet(EfficientNetVariant variant, MobileDialect dialect) {
  return {.variant = variant, .dialect = dialect};
}

MobileNetV3 mobilenet(MobileNetV3Variant variant, MobileDialect dialect, double width_factor = 1) {
  return {.variant = variant, .width_factor = width_factor, .dialect = dialect};
}

ConvNeXt convnext(std::vector<std::int64_t> depths, std::int64_t width) {
  return {.depths = std::move(depths), .width = width, .patch_size = 4};
}

void add_residual(std::vector<Named>& all) {
  all.insert(all.end(), {{"resnet18", resnet(18)},
                         {"resnet34", resnet(34)},
                         {"resnet50", resnet(50)},
                         {"resnet101", resnet(101)},
                         {"resnet152", resnet(152)},
                         {"resnet50d", resnet_d(50)},
                         {"resnet101d", resnet_d(101)},
                         {"resnet152d", resnet_d(152)},
                         {"resnet200d", resnet_d(200)},
                         {"resnetrs50", resnet_rs(50)},
                         {"resnetrs101", resnet_rs(101)},
                         {"resnetrs152", resnet_rs(152)},
                         {"resnetrs200", resnet_rs(200)},
                         {"resnetrs270", resnet_rs(270)},
                         {"resnetrs350", resnet_rs(350)},
                         {"resnetrs420", resnet_rs(420)},
                         {"seresnet50", se_resnet(50)},
                         {"seresnet101", se_resnet(101)},
                         {"seresnet152", se_resnet(152)},
                         {"resnext50_32x4d", resnext(50, 32, 4)},
                         {"resnext101_32x4d", resnext(101, 32, 4)},
                         {"resnext101_32x8d", resnext(101, 32, 8)},
                         {"resnext101_64x4d", resnext(101, 64, 4)},
                         {"wide_resnet50_2", resnext(50, 1, 128)},
                         {"wide_resnet101_2", resnext(101, 1, 128)},
                         {"resnetv2_50", second(resnet(50))},
                         {"resnetv2_101", second(resnet(101))},
                         {"resnetv2_152", second(resnet(152))},
                         {"resnetv2_50d", second(resnet_d(50))},
                         {"resnetv2_101d", second(resnet_d(101))},
                         {"resnetv2_152d", second(resnet_d(152))}});
  auto blurred = resnet(50);
  blurred.anti_alias = true;
  all.emplace_back("resnetblur50", blurred);
}

void add_mobile(std::vector<Named>& all) {
  using enum EfficientNetVariant;
  using enum MobileDialect;
  all.insert(
      all.end(),
      {{"efficientnet_b0", efficientnet(b0, timm)},
       {"efficientnet_b1", efficientnet(b1, timm)},
       {"efficientnet_b2", efficientnet(b2, timm)},
       {"efficientnet_b3", efficientnet(b3, timm)},
       {"efficientnet_b4", efficientnet(b4, timm)},
       {"efficientnet_lite0", efficientnet(lite0, timm)},
       {"efficientnet_lite1", efficientnet(lite1, timm)},
       {"efficientnet_lite2", efficientnet(lite2, timm)},
       {"tf_efficientnet_b0", efficientnet(b0, tensorflow)},
       {"tf_efficientnet_b1", efficientnet(b1, tensorflow)},
       {"tf_efficientnet_b2", efficientnet(b2, tensorflow)},
       {"tf_efficientnet_b3", efficientnet(b3, tensorflow)},
       {"tf_efficientnet_b4", efficientnet(b4, tensorflow)},
       {"tf_efficientnet_lite0", efficientnet(lite0, tensorflow)},
       {"tf_efficientnet_lite1", efficientnet(lite1, tensorflow)},
       {"tf_efficientnet_lite2", efficientnet(lite2, tensorflow)},
       {"mobilenetv3_large_100", mobilenet(MobileNetV3Variant::large, timm)},
       {"mobilenetv3_small_100", mobilenet(MobileNetV3Variant::small, timm)},
       {"tf_mobilenetv3_large_100", mobilenet(MobileNetV3Variant::large, tensorflow)},
       {"tf_mobilenetv3_small_100", mobilenet(MobileNetV3Variant::small, tensorflow)},
       {"mobilenetv3_large_075", mobilenet(MobileNetV3Variant::large, timm, 0.75)},
       {"mobilenetv3_small_075", mobilenet(MobileNetV3Variant::small, timm, 0.75)},
       {"tf_mobilenetv3_large_075", mobilenet(MobileNetV3Variant::large, tensorflow, 0.75)},
       {"tf_mobilenetv3_small_075", mobilenet(MobileNetV3Variant::small, tensorflow, 0.75)}});
}

const std::vector<Named>& all_networks() {
  static const auto all = [] {
    std::vector<Named> named;
    add_residual(named);
    add_mobile(named);
    named.insert(named.end(), {{"convnext_tiny", convnext({3, 3, 9, 3}, 96)},
                               {"convnext_small", convnext({3, 3, 27, 3}, 96)},
                               {"convnext_base", convnext({3, 3, 27, 3}, 128)},
                               {"convnext_large", convnext({3, 3, 27, 3}, 192)},
                               {"convnext_xlarge", convnext({3, 3, 27, 3}, 256)}});
    return named;
  }();
  return all;
}

/// Whether two descriptions give the same tensors and operations.
struct SameNetwork {
  const Task& task;

  bool operator()(const ResNet& a, const ResNet& b) const {
    return (a.version == Version::v2) == (b.version == Version::v2) && a.shortcut == b.shortcut &&
           a.se_ratio == b.se_ratio && a.anti_alias == b.anti_alias &&
           plan(a, task) == plan(b, task);
  }
  bool operator()(const EfficientNet& a, const EfficientNet& b) const {
    return a.variant == b.variant && a.dialect == b.dialect;
  }
  bool operator()(const MobileNetV3& a, const MobileNetV3& b) const {
    return a.variant == b.variant && a.width_factor == b.width_factor && a.dialect == b.dialect;
  }
  bool operator()(const ConvNeXt& a, const ConvNeXt& b) const {
    return a.depths == b.depths && a.width == b.width && patch_of(a) == patch_of(b);
  }
  template <class A, class B>
  bool operator()(const A& /*a*/, const B& /*b*/) const {
    return false;
  }

  /// Also of a network that leaves nothing of the images, as published ones do of small images.
  [[nodiscard]] std::int64_t patch_of(const ConvNeXt& options) const {
    return options.patch_size > 0 ? options.patch_size : patch_size_of(options, task);
  }
};

}  // namespace

std::optional<Architecture> architecture_of(std::string_view name) {
  const auto known = name.substr(0, name.find('.'));
  const auto found = std::ranges::find(all_networks(), known, &Named::first);
  if (found == all_networks().end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> timm_name_of(const Architecture& architecture, const Task& task) {
  const auto found = std::ranges::find_if(all_networks(), [&](const Named& known) {
    return same_network(known.second, architecture, task);
  });
  if (found == all_networks().end()) return std::nullopt;
  return std::string(found->first);
}

bool same_network(const Architecture& a, const Architecture& b, const Task& task) {
  return std::visit(SameNetwork{task}, a, b);
}

std::vector<std::string_view> timm_names() {
  std::vector<std::string_view> names;
  for (const auto& [name, options] : all_networks()) names.push_back(name);
  return names;
}

}  // namespace temper::model

#pragma once
#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "temper/core/fields.h"
#include "temper/model/architecture.h"

namespace temper::testing {

template <class E>
std::vector<E> enumerators() {
  std::vector<E> all;
  for (std::size_t i = 0; i < EnumNames<E>::value.size(); ++i) all.push_back(static_cast<E>(i));
  return all;
}

/// Networks with every stem, block and operation, and with random layers, by distinct names.
inline std::vector<std::pair<std::string, model::Architecture>> networks() {
  using namespace temper::model;
  std::vector<std::pair<std::string, Architecture>> all;
  for (const auto stem : enumerators<Stem>())
    for (const auto version : enumerators<Version>())
      all.emplace_back(
          fmt::format("{}, {}", name_of(stem), name_of(version)),
          ResNet{.stem = stem, .version = version, .blocks = {1, 2, 1}, .zero_init_last = false});
  for (const auto shortcut : enumerators<ShortcutType>())
    for (const bool anti_alias : {false, true})
      all.emplace_back(fmt::format("shortcut {}{}", name_of(shortcut), anti_alias ? ", blur" : ""),
                       ResNet{.stem = Stem::d,
                              .shortcut = shortcut,
                              .blocks = {1, 2, 1},
                              .width = 8,
                              .se_ratio = 0.25,
                              .anti_alias = anti_alias,
                              .zero_init_last = false});
  all.emplace_back("bottleneck", ResNet{.block = BlockType::bottleneck, .blocks = {2, 1}});
  for (const auto dialect : enumerators<MobileDialect>()) {
    all.emplace_back(fmt::format("EfficientNet, {}", name_of(dialect)),
                     EfficientNet{.dialect = dialect});
    all.emplace_back(fmt::format("Lite, {}", name_of(dialect)),
                     EfficientNet{.variant = EfficientNetVariant::lite0, .dialect = dialect});
  }
  all.emplace_back("MobileNetV3", MobileNetV3{.variant = MobileNetV3Variant::small});
  all.emplace_back("ConvNeXt", ConvNeXt{.depths = {1, 2}, .width = 8, .layer_scale = 0.5});
  for (const auto variant : enumerators<AirbenchVariant>())
    all.emplace_back(std::string(name_of(variant)),
                     Airbench{.variant = variant, .widths = {8, 8, 8}});
  auto dropped = ResNet{.blocks = {2, 1}, .zero_init_last = false};
  dropped.stochastic_depth =
      regularize::StochasticDepth{.rate = 0.5, .scaling = regularize::DepthScaling::test};
  dropped.dropout = {DropoutAt<regularize::Dropout>{}};
  all.emplace_back("stochastic depth and dropout", dropped);
  return all;
}

}  // namespace temper::testing

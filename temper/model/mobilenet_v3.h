#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/model/efficientnet.h"
#include "temper/model/network.h"
#include "temper/model/random_options.h"

namespace temper::model {

enum class MobileNetV3Variant : std::uint8_t { large, small };

/// MobileNetV3.
struct MobileNetV3 : RandomOptions {
  MobileNetV3Variant variant = MobileNetV3Variant::large;
  double width_factor = 1;
  MobileDialect dialect = MobileDialect::timm;

  static constexpr std::string_view kind = "mobilenet_v3";
  static constexpr About about = {
      .summary =
          "MobileNetV3: inverted residual blocks found by search, hard swish and ReLU, "
          "squeeze-and-excitation with a hard sigmoid. Parameters have timm's names.",
      .formula =
          "large: 15 blocks, 960 and 1280 features; small: 11 blocks, 576 and 1024 features\n"
          "dialect tensorflow: SAME padding, BatchNorm with epsilon 1e-3 "
          "(tf_mobilenetv3_large_100)\n"
          "dialect timm:       padding kernel / 2, epsilon 1e-5 (mobilenetv3_large_100)",
      .paper = "Howard et al. 2019, Searching for MobileNetV3, arXiv:1905.02244"};
  static constexpr auto fields() {
    return std::tuple_cat(
        std::tuple{field(&MobileNetV3::variant,
                         {.name = "variant", .meaning = "large: 15 blocks; small: 11 blocks"}),
                   field(&MobileNetV3::width_factor,
                         {.name = "width_factor",
                          .meaning = "multiplies the width of every layer but the last; rounded to "
                                     "multiples of 8",
                          .bounds = {0, 100, true, false}}),
                   field(&MobileNetV3::dialect,
                         {.name = "dialect",
                          .meaning = "tensorflow: SAME padding and BatchNorm's eps of 1e-3, as in "
                                     "the authors' code; timm: symmetric padding and 1e-5"})},
        RandomOptions::fields());
  }
};

std::unique_ptr<Network> build(const MobileNetV3& options, const Task& task, std::uint64_t seed);
/// Network::stages() of the network, without building it.
std::int64_t number_of_stages(const MobileNetV3& options, const Task& task);

}  // namespace temper::model

template <>
struct temper::EnumNames<temper::model::MobileNetV3Variant> {
  static constexpr std::array<std::string_view, 2> value{"large", "small"};
};

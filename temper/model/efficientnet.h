#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/model/network.h"
#include "temper/model/random_options.h"

namespace temper::model {

enum class EfficientNetVariant : std::uint8_t { b0, b1, b2, b3, b4, lite0, lite1, lite2 };

/// Whose padding and BatchNorm epsilon a network has.
enum class MobileDialect : std::uint8_t { tensorflow, timm };

/// EfficientNet and EfficientNet-Lite.
struct EfficientNet : RandomOptions {
  EfficientNetVariant variant = EfficientNetVariant::b0;
  MobileDialect dialect = MobileDialect::tensorflow;

  static constexpr std::string_view kind = "efficientnet";
  static constexpr About about = {
      .summary =
          "EfficientNet: inverted residual blocks with squeeze-and-excitation and SiLU, width, "
          "depth "
          "and resolution scaled together; Lite: ReLU6, no squeeze-and-excitation, stem and head "
          "of "
          "one width. Parameters have timm's names.",
      .formula =
          "variant   width  depth  input of the paper, pixels\n"
          "b0        1.0    1.0    224      b3  1.2  1.4  300      lite0  1.0  1.0  224\n"
          "b1        1.0    1.1    240      b4  1.4  1.8  380      lite1  1.0  1.1  240\n"
          "b2        1.1    1.2    260                             lite2  1.1  1.2  260\n"
          "dialect tensorflow: SAME padding, BatchNorm with epsilon 1e-3 (timm's "
          "tf_efficientnet_b0\n"
          "                    and tf_efficientnet_lite0, whose momentum, too, is 0.1, not "
          "TensorFlow's)\n"
          "dialect timm:       padding kernel / 2, epsilon 1e-5 (efficientnet_b0)\n"
          "The published dropout before the classifier is 0.2 (b0, b1, lite0, lite1), 0.3 (b2,\n"
          "b3, lite2), 0.4 (b4), stochastic depth 0.2 (rule linear_open, mode sample, scaling\n"
          "inverted).",
      .paper = "Tan and Le 2019, EfficientNet, arXiv:1905.11946"};
  static constexpr auto fields() {
    return std::tuple_cat(
        std::tuple{
            field(&EfficientNet::variant,
                  {.name = "variant",
                   .meaning = "scaling of width and depth: EfficientNet-B0 to B4; lite0 to lite2: "
                              "EfficientNet-Lite, with ReLU6 and without squeeze-and-excitation"}),
            field(&EfficientNet::dialect,
                  {.name = "dialect",
                   .meaning = "tensorflow: SAME padding and BatchNorm's eps of 1e-3, as in the "
                              "authors' code; timm: symmetric padding and 1e-5"})},
        RandomOptions::fields());
  }
};

std::unique_ptr<Network> build(const EfficientNet& options, const Task& task, std::uint64_t seed);
/// Network::stages() of the network, without building it.
std::int64_t number_of_stages(const EfficientNet& options, const Task& task);

}  // namespace temper::model

template <>
struct temper::EnumNames<temper::model::EfficientNetVariant> {
  static constexpr std::array<std::string_view, 8> value{"b0", "b1",    "b2",    "b3",
                                                         "b4", "lite0", "lite1", "lite2"};
};
template <>
struct temper::EnumNames<temper::model::MobileDialect> {
  static constexpr std::array<std::string_view, 2> value{"tensorflow", "timm"};
};

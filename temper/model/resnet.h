#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"
#include "temper/model/network.h"
#include "temper/model/random_options.h"

namespace temper::model {

/// The layers before the first stage.
enum class Stem : std::uint8_t { automatic, cifar, strided, pooled, imagenet };

enum class BlockType : std::uint8_t { automatic, basic, bottleneck };

/// Residual networks, with projection shortcuts and torchvision's parameter names.
struct ResNet : RandomOptions {
  std::int64_t depth = 20;
  Stem stem = Stem::automatic;
  BlockType block = BlockType::automatic;
  std::vector<std::int64_t> blocks = {};
  std::int64_t width = 0;
  double width_factor = 1;
  bool zero_init_last = true;

  static constexpr std::string_view kind = "resnet";
  static constexpr About about = {
      .summary =
          "Residual network: a stem, stages of residual blocks, each stage at half the resolution "
          "and twice the width of the one before, global average pooling, one linear layer. "
          "Parameters have torchvision's names.",
      .formula =
          "block: relu(x + f(x)); f of basic: 3x3, 3x3; of bottleneck: 1x1, 3x3, 1x1 (4 x width)\n"
          "stem cifar:    3x3             depth 6n+2 (bottleneck: 9n+2), 3 stages from width 16;\n"
          "stem strided:  3x3, stride 2   as cifar;  18 and 34: as imagenet\n"
          "stem pooled:   3x3, 2x2 max-pool              as strided\n"
          "stem imagenet: 7x7, stride 2, 3x3 max-pool   depth 18, 34 (basic), 50, 101, 152\n"
          "                               (bottleneck), 4 stages from width 64\n"
          "stem auto:     imagenet for images over 64 pixels, else cifar",
      .paper =
          "He et al. 2016, Deep residual learning, arXiv:1512.03385; zero last gamma: Goyal et "
          "al. 2017, arXiv:1706.02677; width_factor: Zagoruyko and Komodakis 2016, "
          "arXiv:1605.07146"};
  static constexpr auto fields() {
    return std::tuple_cat(
        std::tuple{
            field(&ResNet::depth,
                  {.name = "depth",
                   .meaning =
                       "number of layers with weights; selects the blocks and widths of the paper",
                   .bounds = {.low = 1}}),
            field(&ResNet::stem, {.name = "stem", .meaning = "layers before the first stage"}),
            field(&ResNet::block,
                  {.name = "block",
                   .meaning = "type of the residual blocks; auto: as in the paper for that depth"}),
            field(&ResNet::blocks, {.name = "layers",
                                    .meaning = "number of blocks of each stage, instead of depth",
                                    .bounds = {1, 1000},
                                    .alias = "blocks"}),
            field(&ResNet::width,
                  {.name = "width",
                   .meaning = "width of the stem and the first stage; 0: that of the depth",
                   .unit = "channels",
                   .bounds = {0, 65536}}),
            field(&ResNet::width_factor,
                  {.name = "width_factor",
                   .meaning = "multiplies the width of every stage; the stem keeps its own",
                   .bounds = {0, 1000, true, false}}),
            field(
                &ResNet::zero_init_last,
                {.name = "zero_init_last",
                 .meaning = "initialize the last BatchNorm weight (gamma) of every block to 0, so "
                            "that the block starts as the identity"})},
        RandomOptions::fields());
  }
};

/// Convolutions are initialized He normal by fan-out (arXiv:1502.01852), the linear layer uniformly
/// in +-1/sqrt(fan-in), from draws addressed by the parameter's index.
/// Throws Error{Code::usage} for options that describe no network.
std::unique_ptr<Network> build(const ResNet& options, const Task& task, std::uint64_t seed);

}  // namespace temper::model

template <>
struct temper::EnumNames<temper::model::Stem> {
  static constexpr std::array<std::string_view, 5> value{"auto", "cifar", "strided", "pooled",
                                                         "imagenet"};
};
template <>
struct temper::EnumNames<temper::model::BlockType> {
  static constexpr std::array<std::string_view, 3> value{"auto", "basic", "bottleneck"};
};

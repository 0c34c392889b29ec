#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"
#include "temper/model/initialisation.h"
#include "temper/model/network.h"
#include "temper/model/random_options.h"

namespace temper::model {

/// The layers before the first stage.
enum class Stem : std::uint8_t {
  automatic,
  cifar,
  strided,
  pooled,
  imagenet,
  cifar_d,
  pooled_d,
  d,
  rs
};

enum class BlockType : std::uint8_t { automatic, basic, bottleneck };

/// Where blocks have their stride and their activations.
enum class Version : std::uint8_t { v1, v1_5, v2 };

/// What a shortcut does where a block changes the size or the number of channels.
enum class ShortcutType : std::uint8_t { projection, d, pad };

/// Residual networks: all published variants are options of this one.
struct ResNet : RandomOptions {
  std::int64_t depth = 20;
  Stem stem = Stem::automatic;
  Version version = Version::v1_5;
  BlockType block = BlockType::automatic;
  ShortcutType shortcut = ShortcutType::projection;
  std::vector<std::int64_t> blocks = {};
  std::int64_t width = 0;
  double width_factor = 1;
  std::int64_t groups = 1;
  std::int64_t width_per_group = 64;
  double se_ratio = 0;
  bool anti_alias = false;
  bool zero_init_last = true;
  Initialisation init = Initialisation::pytorch;

  static constexpr std::string_view kind = "resnet";
  static constexpr About about = {
      .summary =
          "Residual network: a stem, stages of residual blocks, each stage at half the resolution "
          "and twice the width of the one before, global average pooling, one linear layer. "
          "Parameters have torchvision's names, those of its variants and of v2 timm's.",
      .formula =
          "block: relu(x + f(x)); f of basic: 3x3, 3x3; of bottleneck: 1x1, 3x3, 1x1 (4 x width)\n"
          "stem cifar:    3x3             depth 6n+2 (bottleneck: 9n+2), 3 stages from width 16;\n"
          "stem strided:  3x3, stride 2   as cifar;  18 and 34: as imagenet\n"
          "stem pooled:   3x3, 2x2 max-pool              as strided\n"
          "stem imagenet: 7x7, stride 2, 3x3 max-pool   depth 18, 34 (basic), 50, 101, 152, 200,\n"
          "                               270, 350, 420 (bottleneck), 4 stages from width 64\n"
          "stem auto:     imagenet for images over 64 pixels, else cifar\n"
          "stem cifar_d, pooled_d, d: as cifar, pooled, imagenet with three 3x3 in place of the\n"
          "               first convolution, the first two of half the width (ResNet-D)\n"
          "stem rs:       as d, with a 3x3 convolution of stride 2 in place of the max-pool\n"
          "version v1:    stride in the first 1x1 of a bottleneck; v1.5: in its 3x3\n"
          "version v2:    x + f(x), normalization and ReLU before each convolution (stride as in\n"
          "               v1.5); also depth 6n+4, as Wide ResNets are counted\n"
          "shortcut projection: strided 1x1; d: 2x2 average pooling, then 1x1 (ResNet-D);\n"
          "               pad: every second pixel, further channels are 0 (option A)\n"
          "se_ratio r:    f(x) * sigmoid(W2 relu(W1 mean(f(x)))), r * channels in between, "
          "rounded\n"
          "               to a multiple of 8\n"
          "groups, width_per_group: the 3x3 of a bottleneck has width * width_per_group / 64 *\n"
          "               groups channels in that many groups (ResNeXt)\n"
          "anti_alias:    strided 3x3 and max-pool become dense, followed by a 3x3 binomial "
          "filter\n"
          "               of stride 2\n"
          "init pytorch:  convolutions N(0, 2 / fan_out); linear layer U(+-1 / sqrt(fan_in)), of\n"
          "               version v2 N(0, 0.01^2) with biases 0\n"
          "init tensorflow: convolutions N(0, 1 / fan_in) truncated at 2 deviations; linear layer\n"
          "               N(0, 0.01^2), biases 0\n"
          "init dirac:    U(+-1 / sqrt(fan_in)), but filter i of a convolution passes channel i on",
      .paper =
          "He et al. 2016, Deep residual learning, arXiv:1512.03385; v2: He et al. 2016, "
          "arXiv:1603.05027; zero last gamma: Goyal et al. 2017, arXiv:1706.02677; width_factor: "
          "Zagoruyko and Komodakis 2016, arXiv:1605.07146; d: He et al. 2019, arXiv:1812.01187; "
          "se: Hu et al. 2018, arXiv:1709.01507; rs: Bello et al. 2021, arXiv:2103.07579; groups: "
          "Xie et al. 2017, arXiv:1611.05431; anti_alias: Zhang 2019, arXiv:1904.11486"};
  static constexpr auto fields() {
    return std::tuple_cat(
        std::tuple{
            field(&ResNet::depth,
                  {.name = "depth",
                   .meaning =
                       "number of layers with weights; selects the blocks and widths of the paper",
                   .bounds = {.low = 1}}),
            field(&ResNet::stem,
                  {.name = "stem",
                   .meaning =
                       "layers before the first stage. cifar: 3x3; strided: 3x3 of stride 2; "
                       "pooled: 3x3 and max-pool; imagenet: 7x7 of stride 2 and max-pool; auto: "
                       "imagenet for images over 64 pixels, else cifar. Three 3x3 in place of one "
                       "convolution (ResNet-D): cifar_d, pooled_d, and d for imagenet; rs: as d, "
                       "with a strided 3x3 in place of the max-pool (ResNet-RS)"}),
            field(&ResNet::version,
                  {.name = "version",
                   .meaning = "v1: a bottleneck has its stride in the first 1x1 convolution; v1.5: "
                              "in the 3x3 convolution (torchvision); v2: pre-activation, "
                              "normalization and ReLU come before each convolution"}),
            field(&ResNet::shortcut,
                  {.name = "shortcut",
                   .meaning = "shortcut of blocks that change the size or number of channels. "
                              "projection: strided 1x1 convolution; d: average pooling, then 1x1 "
                              "convolution (ResNet-D); pad: subsampling, zeros in the further "
                              "channels (option A of the paper)"}),
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
            field(&ResNet::groups, {.name = "groups",
                                    .meaning = "groups of the 3x3 convolution of a bottleneck",
                                    .bounds = {1, 65536},
                                    .alias = "cardinality"}),
            field(&ResNet::width_per_group,
                  {.name = "width_per_group",
                   .meaning = "width of a group of a bottleneck's 3x3 convolution in a stage of "
                              "width 64; other stages in proportion",
                   .unit = "channels",
                   .bounds = {1, 65536},
                   .alias = "base_width"}),
            field(&ResNet::se_ratio,
                  {.name = "se_ratio",
                   .meaning = "ratio of the squeeze-and-excitation's reduced width to the width of "
                              "the block's branch (timm's rd_ratio); 0: none",
                   .bounds = {0, 1},
                   .alias = "se"}),
            field(&ResNet::anti_alias,
                  {.name = "anti_alias",
                   .meaning = "low-pass filter at each reduction of the resolution in the blocks' "
                              "branches and in the 3x3 max-pool of a stem"}),
            field(&ResNet::zero_init_last,
                  {.name = "zero_init_last",
                   .meaning = "initialize the last BatchNorm weight (gamma) of every block to 0, "
                              "in version v2 the weight of its last convolution, so that the "
                              "block starts as the identity"}),
            field(&ResNet::init,
                  {.name = "init",
                   .meaning = "distribution of the initial weights of convolutions. pytorch: "
                              "torchvision's, He normal by fan-out; tensorflow: truncated normal "
                              "with variance 1 / fan_in; efficientnet: as pytorch, with the "
                              "fan-out of one group; convnext: normal with standard deviation "
                              "0.02; dirac: identity in the first channels, the others uniform"})},
        RandomOptions::fields());
  }
};

/// Initial weights are drawn at addresses of the seed and the parameter's name.
/// Throws Error{Code::usage} for options that describe no network.
std::unique_ptr<Network> build(const ResNet& options, const Task& task, std::uint64_t seed);
/// Network::stages() of the network, without building it.
std::int64_t number_of_stages(const ResNet& options, const Task& task);

}  // namespace temper::model

template <>
struct temper::EnumNames<temper::model::Stem> {
  static constexpr std::array<std::string_view, 9> value{
      "auto", "cifar", "strided", "pooled", "imagenet", "cifar_d", "pooled_d", "d", "rs"};
};
template <>
struct temper::EnumNames<temper::model::Version> {
  static constexpr std::array<std::string_view, 3> value{"v1", "v1.5", "v2"};
};
template <>
struct temper::EnumNames<temper::model::ShortcutType> {
  static constexpr std::array<std::string_view, 3> value{"projection", "d", "pad"};
};
template <>
struct temper::EnumNames<temper::model::BlockType> {
  static constexpr std::array<std::string_view, 3> value{"auto", "basic", "bottleneck"};
};

#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"
#include "temper/model/network.h"
#include "temper/model/random_options.h"

namespace temper::model {

/// ConvNeXt.
struct ConvNeXt : RandomOptions {
  std::vector<std::int64_t> depths = {3, 3, 9, 3};
  std::int64_t width = 96;
  std::int64_t patch_size = 0;
  double layer_scale = 1e-6;

  static constexpr std::string_view kind = "convnext";
  static constexpr About about = {
      .summary =
          "ConvNeXt: residual blocks of a 7x7 depthwise convolution, layer normalization and two "
          "linear layers with GELU between them; each stage at half the resolution and twice the "
          "width of the one before. Parameters have timm's names.",
      .formula =
          "block: x + gamma * W2 gelu(W1 norm(depthwise 7x7(x))), 4 x width between W1 and W2\n"
          "depths [3, 3, 9, 3], width 96: ConvNeXt-T (default); [3, 3, 27, 3], 96: S; 128: B\n"
          "Initial weights: N(0, 0.02^2), biases 0. The published\n"
          "stochastic depth of T is 0.1 (rule linear_from_zero, mode sample, scaling inverted).",
      .paper = "Liu et al. 2022, A ConvNet for the 2020s, arXiv:2201.03545"};
  static constexpr auto fields() {
    return std::tuple_cat(
        std::tuple{
            field(&ConvNeXt::depths, {.name = "depths",
                                      .meaning = "number of blocks of each stage",
                                      .bounds = {1, 1000},
                                      .alias = "layers"}),
            field(&ConvNeXt::width, {.name = "width",
                                     .meaning = "width of the first stage",
                                     .unit = "channels",
                                     .bounds = {1, 65536}}),
            field(&ConvNeXt::patch_size,
                  {.name = "patch_size",
                   .meaning = "side and stride of the first convolution; 0: 4 as published, or "
                              "2 or 1 where the last stage would have fewer than 4 pixels",
                   .unit = "pixels",
                   .bounds = {0, 64}}),
            field(&ConvNeXt::layer_scale,
                  {.name = "ls_init_value",
                   .meaning = "initial factor of each block's branch (gamma)",
                   .bounds = {0, 1}})},
        RandomOptions::fields());
  }
};

/// The side of the first convolution for images of a size. Throws Error{Code::usage} where nothing
/// is left of the images.
std::int64_t patch_size_of(const ConvNeXt& options, const Task& task);

/// Throws Error{Code::usage} for options that describe no network.
std::unique_ptr<Network> build(const ConvNeXt& options, const Task& task, std::uint64_t seed);
/// Network::stages() of the network, without building it.
std::int64_t number_of_stages(const ConvNeXt& options, const Task& task);

}  // namespace temper::model

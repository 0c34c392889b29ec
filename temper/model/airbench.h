#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"
#include "temper/core/onset.h"
#include "temper/model/network.h"
#include "temper/model/random_options.h"

namespace temper::model {

enum class AirbenchVariant : std::uint8_t { airbench94, airbench95, airbench96 };

/// airbench's networks for CIFAR-10.
///
/// The definitions are those of legacy/airbench94.py, airbench95.py and airbench96.py of
/// github.com/KellerJordan/cifar10-airbench at commit f1c599c, and so are the names of the tensors.
/// The filters of the whitening layer and the gammas of BatchNorm, which are not trained there, are
/// buffers here.
struct Airbench : RandomOptions {
  AirbenchVariant variant = AirbenchVariant::airbench94;
  std::vector<std::int64_t> widths = {};
  double scaling_factor = 1.0 / 9;
  double batchnorm_momentum = 0;
  std::int64_t whiten_bias_epochs = 3;

  [[nodiscard]] std::vector<Onset> onsets(const Horizon& run) const;

  static constexpr std::string_view kind = "airbench";
  static constexpr About about = {
      .summary =
          "The networks of airbench, which are trained to 94, 95 and 96% on CIFAR-10 in seconds on "
          "a GPU: a convolution that whitens 2x2 patches, whose filters are computed from training "
          "images and not trained, and three groups of convolutions with GELU and BatchNorm "
          "without a gamma. For images of 32 pixels; in smaller ones a max-pool covers at most "
          "the image, in larger ones the mean of the last max-pool's results is taken. Tensors "
          "have the names of the published code.",
      .formula =
          "patches P (rows: 2x2 patches of 5000 evenly spaced training images), P^T P / rows =\n"
          "  sum of l_i v_i v_i^T, l_1 >= l_2 >= ...\n"
          "whitening: filters +-v_i / sqrt(l_i + 5e-4), with a bias; GELU\n"
          "group: conv3x3, max-pool 2, norm, GELU, conv3x3, norm, GELU\n"
          "  airbench96: ... conv3x3, norm, + the result of the first GELU, GELU\n"
          "logits: scaling_factor * W * max-pool 3, without a bias\n"
          "widths of the groups: airbench94 [64, 256, 256], airbench95 [128, 384, 384],\n"
          "  airbench96 [128, 384, 512]; BatchNorm: epsilon 1e-12\n"
          "Initial weights: init dirac of resnet. Code: legacy/airbench9*.py of\n"
          "  github.com/KellerJordan/cifar10-airbench, commit f1c599c",
      .paper = "Jordan 2024, 94% on CIFAR-10 in 3.29 seconds on a single GPU, arXiv:2404.00498"};
  static constexpr auto fields() {
    return std::tuple_cat(
        std::tuple{
            field(&Airbench::variant,
                  {.name = "variant",
                   .meaning = "widths, momentum of BatchNorm, and number of convolutions of a "
                              "group: three around a shortcut in airbench96, otherwise two"}),
            field(&Airbench::widths, {.name = "widths",
                                      .meaning = "widths of the three groups, instead of the "
                                                 "variant's",
                                      .unit = "channels",
                                      .bounds = {1, 65536}}),
            field(&Airbench::scaling_factor, {.name = "scaling_factor",
                                              .meaning = "factor on the logits",
                                              .bounds = {.low = 0, .open_low = true}}),
            field(&Airbench::batchnorm_momentum,
                  {.name = "batchnorm_momentum",
                   .meaning = "share of BatchNorm's running statistics that a step keeps, 1 - "
                              "PyTorch's momentum; 0: the variant's, 0.6, in airbench96 0.9",
                   .bounds = {0, 1, false, true}}),
            field(&Airbench::whiten_bias_epochs,
                  {.name = "whiten_bias_epochs",
                   .meaning = "number of epochs that the bias of the whitening layer is trained "
                              "for, the first ones",
                   .unit = "epochs",
                   .bounds = {.low = 0}})},
        RandomOptions::fields());
  }
};

/// Throws Error{Code::usage} for options that describe no network.
std::unique_ptr<Network> build(const Airbench& options, const Task& task, std::uint64_t seed);
/// Network::stages() of the network, without building it.
std::int64_t number_of_stages(const Airbench& options, const Task& task);

}  // namespace temper::model

template <>
struct temper::EnumNames<temper::model::AirbenchVariant> {
  static constexpr std::array<std::string_view, 3> value{"airbench94", "airbench95", "airbench96"};
};

#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/regularize/depth.h"
#include "temper/regularize/pass.h"

namespace temper::regularize {

/// Whether a block is dropped for the whole batch or for single samples.
enum class Granularity : std::uint8_t { batch, sample };

/// Whether branches are scaled in evaluation or in training.
enum class DepthScaling : std::uint8_t { test, inverted };

/// How a step treats the parameters of a block that it dropped.
enum class Dropped : std::uint8_t { decay, freeze };

/// Residual blocks are skipped at random.
struct StochasticDepth {
  double rate = 0.5;
  DepthRule rule = DepthRule::linear;
  Granularity mode = Granularity::batch;
  DepthScaling scaling = DepthScaling::test;
  Dropped dropped = Dropped::decay;

  static constexpr About about = {
      .summary =
          "Residual blocks are skipped at random in training (drop path), later ones with a higher "
          "probability, so that a step trains a shorter network; evaluation uses all of them. With "
          "mode batch a block is skipped for the whole batch and costs no time in the forward and "
          "backward pass.",
      .formula =
          "y = x + b f(x), b = 0 with the rate of the block, else 1; r = drop_path_rate\n"
          "linear:           r * l / L                  block l of L\n"
          "linear_from_zero: r * (l - 1) / (L - 1)      timm\n"
          "linear_open:      r * (l - 1) / L            torchvision's EfficientNet\n"
          "per_stage:        r * (s + 1) / (S + 1)      stage s of S; ResNet-RS, whose S is 4\n"
          "uniform:          r\n"
          "test:     evaluation multiplies f(x) by 1 - its rate\n"
          "inverted: training divides f(x) by 1 - its rate (timm, torchvision); evaluation is that "
          "of a plain network",
      .paper = "Huang et al. 2016, Deep networks with stochastic depth, arXiv:1603.09382"};
  static constexpr auto fields() {
    return std::tuple{
        field(&StochasticDepth::rate, {.name = "drop_path_rate",
                                       .meaning = "probability that the last block is dropped",
                                       .bounds = {0, 1, false, true},
                                       .scheduled = true,
                                       .alias = "p"}),
        field(&StochasticDepth::rule,
              {.name = "rule",
               .meaning = "rate of block l of L. linear: drop_path_rate * l / L; linear_from_zero: "
                          "from 0 for the first block (timm); linear_open: drop_path_rate * (l - "
                          "1) / L (torchvision's EfficientNet); per_stage: equal within a stage "
                          "(ResNet-RS); uniform: equal for all blocks"}),
        field(&StochasticDepth::mode,
              {.name = "mode",
               .meaning = "batch: a block is skipped for the whole batch; sample: it is dropped "
                          "for single images, and all blocks are computed"}),
        field(&StochasticDepth::scaling,
              {.name = "scaling",
               .meaning = "test: branches are scaled down in evaluation; inverted: they are scaled "
                          "up in training"}),
        field(&StochasticDepth::dropped,
              {.name = "dropped",
               .meaning = "parameters of a block that is skipped for the whole batch: decay treats "
                          "their gradient as zero, so weight decay and momentum still apply; "
                          "freeze leaves them unchanged in that step"})};
  }
};

/// Whether a block with that rate is dropped for the whole batch.
bool drops_batch(double rate, const Address& address);

/// The factor of the branch of a kept block: 1 or 1 / (1 - rate) in training,
/// 1 - rate or 1 in evaluation.
double branch_scale(DepthScaling scaling, double rate, bool training);

/// The factors of a branch in training, one per image: 0 or branch_scale().
/// @param branch  [n, ...]
/// @return [n, 1, ...]
at::Tensor sample_noise(const at::Tensor& branch, DepthScaling scaling, double rate,
                        const Address& address);

}  // namespace temper::regularize

template <>
struct temper::EnumNames<temper::regularize::Granularity> {
  static constexpr std::array<std::string_view, 2> value{"batch", "sample"};
};
template <>
struct temper::EnumNames<temper::regularize::DepthScaling> {
  static constexpr std::array<std::string_view, 2> value{"test", "inverted"};
};
template <>
struct temper::EnumNames<temper::regularize::Dropped> {
  static constexpr std::array<std::string_view, 2> value{"decay", "freeze"};
};

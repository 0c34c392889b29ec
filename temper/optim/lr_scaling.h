#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"

namespace temper::optim {

enum class LrScalingRule : std::uint8_t {
  linear,      ///< batch / reference_batch
  square_root  ///< sqrt(batch / reference_batch)
};

/// Scaling of the learning rate with the batch size.
struct LrScaling {
  LrScalingRule rule = LrScalingRule::linear;
  std::int64_t reference_batch = 256;

  static constexpr About about = {
      .summary =
          "The learning rate, constant or scheduled, is given for a reference batch size and "
          "scaled to the batch size in use. Large batches also need a warm-up. The recipe keeps "
          "the learning rate as written; logs show the scaled one.",
      .formula =
          "linear:      lr * batch / reference_batch\n"
          "square_root: lr * sqrt(batch / reference_batch)",
      .paper =
          "linear: Goyal et al. 2017, Accurate, large minibatch SGD, arXiv:1706.02677; "
          "square_root: Krizhevsky 2014, One weird trick for parallelizing convolutional neural "
          "networks, arXiv:1404.5997"};
  static constexpr auto fields() {
    return std::tuple{
        field(&LrScaling::rule, {.name = "rule",
                                 .meaning = "linear: in proportion to the batch size; square_root: "
                                            "in proportion to its square root"}),
        field(&LrScaling::reference_batch,
              {.name = "reference_batch",
               .meaning = "batch size for which the recipe's learning rate is given",
               .unit = "images",
               .bounds = {1, 1 << 20}})};
  }
};

/// The factor on the learning rate. @param batch  images per step, over all micro-batches
double factor(const LrScaling& options, std::int64_t batch);

}  // namespace temper::optim

template <>
struct temper::EnumNames<temper::optim::LrScalingRule> {
  static constexpr std::array<std::string_view, 2> value{"linear", "square_root"};
};

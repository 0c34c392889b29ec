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

/// The learning rate follows the batch.
struct LrScaling {
  LrScalingRule rule = LrScalingRule::linear;
  std::int64_t reference_batch = 256;

  static constexpr About about = {
      .summary =
          "The learning rate is written for a reference batch and follows the batch in use, a "
          "schedule's values as much as a constant. Large batches want a warm-up beside it. The "
          "recipe keeps the rate as it is written; logs show the one that is used.",
      .formula =
          "linear:      lr * batch / reference_batch\n"
          "square_root: lr * sqrt(batch / reference_batch)",
      .paper =
          "linear: Goyal et al. 2017, Accurate, large minibatch SGD, arXiv:1706.02677; "
          "square_root: Krizhevsky 2014, One weird trick for parallelizing convolutional neural "
          "networks, arXiv:1404.5997"};
  static constexpr auto fields() {
    return std::tuple{
        field(&LrScaling::rule, {.name = "rule", .meaning = "how the rate follows the batch"}),
        field(&LrScaling::reference_batch,
              {.name = "reference_batch",
               .meaning = "the batch that the recipe's rate is meant for",
               .unit = "images",
               .bounds = {1, 1 << 20}})};
  }
};

/// What the learning rate is multiplied by. @param batch  images a step, all its parts together
double factor(const LrScaling& options, std::int64_t batch);

}  // namespace temper::optim

template <>
struct temper::EnumNames<temper::optim::LrScalingRule> {
  static constexpr std::array<std::string_view, 2> value{"linear", "square_root"};
};

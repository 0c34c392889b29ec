#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"

namespace temper::loss {

/// Several views of every image, whose answers are brought together beside whatever loss. See
/// jensen_shannon().
struct Consistency {
  std::int64_t views = 3;
  double weight = 12;
  std::int64_t first_view = -1;

  static constexpr std::string_view kind = "consistency";
  static constexpr About about = {
      .summary =
          "Every image is augmented several times; the loss is the first view's, and beside it the "
          "network answers for its views' disagreement. All views pass the network as one batch, "
          "so "
          "a step costs as many times as much.",
      .formula = "loss(first view) + weight * JS(softmax z_1, ..., softmax z_k)",
      .paper =
          "Hendrycks et al. 2019, AugMix: a simple data processing method to improve robustness "
          "and uncertainty, arXiv:1912.02781"};
  static constexpr auto fields() {
    return std::tuple{
        field(
            &Consistency::views,
            {.name = "views", .meaning = "of every image, the first included", .bounds = {2, 16}}),
        field(&Consistency::weight, {.name = "weight",
                                     .meaning = "of the disagreement, in nats, beside the loss",
                                     .bounds = {.low = 0},
                                     .scheduled = true}),
        field(&Consistency::first_view,
              {.name = "first_view",
               .meaning = "how many operations of data.augment, from the first on, the first view "
                          "passes through; -1: all, as the others do",
               .bounds = {.low = -1}})};
  }
};

/// @param logits  floating [n * views, c]: the views of an image one after the other
/// @return weight times their divergence, the mean over the images: a scalar, >= 0
at::Tensor disagreement(const Consistency& options, const at::Tensor& logits);

}  // namespace temper::loss

#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"

namespace temper::loss {

/// Consistency regularization: the predictions for several augmented views of every image are
/// pulled together by a term beside any loss. See jensen_shannon().
struct Consistency {
  std::int64_t views = 3;
  double weight = 12;
  std::int64_t first_view = -1;

  static constexpr std::string_view kind = "consistency";
  static constexpr About about = {
      .summary =
          "Consistency regularization: every image is augmented several times, and the "
          "Jensen-Shannon divergence between the predictions for its views is added to the loss of "
          "the first view. All views pass through the network as one batch, which multiplies the "
          "cost of a step by their number.",
      .formula = "loss(first view) + weight * JS(softmax z_1, ..., softmax z_k)",
      .paper =
          "Hendrycks et al. 2019, AugMix: a simple data processing method to improve robustness "
          "and uncertainty, arXiv:1912.02781",
      .for_classes = true};
  static constexpr auto fields() {
    return std::tuple{
        field(&Consistency::views,
              {.name = "views",
               .meaning = "number of augmented views of every image, including the first",
               .bounds = {2, 16}}),
        field(&Consistency::weight,
              {.name = "weight",
               .meaning = "weight of the divergence, in nats, that is added to the loss",
               .bounds = {.low = 0},
               .scheduled = true}),
        field(&Consistency::first_view,
              {.name = "first_view",
               .meaning = "number of operations of data.augment, counted from the first, that are "
                          "applied to the first view; -1: all, as for the other views",
               .bounds = {.low = -1}})};
  }
};

/// @param logits  floating [n * views, c]: the views of an image one after the other
/// @return weight times the divergence of the views, averaged over the images: a scalar, >= 0
at::Tensor consistency_loss(const Consistency& options, const at::Tensor& logits);

}  // namespace temper::loss

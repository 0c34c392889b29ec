#pragma once
#include <cstdint>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"

namespace temper::model {

/// The first stages of a network are frozen.
struct Freeze {
  std::int64_t stages = 1;
  std::int64_t epochs = 0;

  [[nodiscard]] std::vector<Onset> onsets(const Horizon& run) const;

  static constexpr About about = {
      .summary =
          "The first stages of the network are frozen: their weights require no gradient, so that "
          "no update or weight decay changes them and the backward pass ends there, and their "
          "normalization layers stay in evaluation mode, so that their running statistics don't "
          "change. For fine-tuning: see pretrained.",
      .formula =
          "stages = 1: the stem; 2: the stem and the first stage of blocks; ... (never the head)",
      .paper = "as in Yosinski et al. 2014, How transferable are features, arXiv:1411.1792"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Freeze::stages,
              {.name = "stages",
               .meaning = "number of frozen stages, from the input on; the stem is the first",
               .bounds = {1, 1000}}),
        field(&Freeze::epochs,
              {.name = "epochs",
               .meaning = "number of epochs after which they are unfrozen; 0: never",
               .unit = "epochs",
               .bounds = {.low = 0}})};
  }
};

/// Number of frozen stages in a step. @param step  0-based
std::int64_t frozen_stages(const Freeze& options, std::int64_t step, std::int64_t steps_per_epoch);

}  // namespace temper::model

#pragma once
#include <optional>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"
#include "temper/model/dropout.h"
#include "temper/regularize/shake_drop.h"
#include "temper/regularize/stochastic_depth.h"

namespace temper::model {

/// The options of the random layers of temper's own networks. The options of a network derive from
/// it, so that schedules, reports and updates find them in every network.
struct RandomOptions {
  std::optional<regularize::StochasticDepth> stochastic_depth = {};
  std::optional<regularize::ShakeDrop> shake_drop = {};
  std::vector<Dropout> dropout = {};

  static constexpr auto fields() {
    return std::tuple{
        field(&RandomOptions::stochastic_depth,
              {.name = "stochastic_depth",
               .meaning = "residual blocks skipped at random (stochastic depth)",
               .alias = "drop_path"}),
        field(&RandomOptions::shake_drop,
              {.name = "shake_drop", .meaning = "residual branches multiplied by random factors"}),
        field(&RandomOptions::dropout,
              {.name = "dropout", .meaning = "forms of dropout, and where they are applied"})};
  }
};

}  // namespace temper::model

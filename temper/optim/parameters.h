#pragma once
#include <span>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/optim/state.h"

namespace temper::optim {

/// What the parameters of a kind multiply.
struct KindScales {
  double lr_factor = 1;
  double decay_factor = 1;

  static constexpr auto fields() {
    return std::tuple{field(&KindScales::lr_factor, {.name = "lr_factor",
                                                     .meaning = "multiplies the learning rate",
                                                     .bounds = {.low = 0}}),
                      field(&KindScales::decay_factor, {.name = "decay_factor",
                                                        .meaning = "multiplies the weight decay",
                                                        .bounds = {.low = 0}})};
  }
};

/// Learning rate and weight decay by the kind of a parameter. A kind comes from the type of the
/// module that holds the parameter, never from its name.
struct Parameters {
  KindScales weight = {};
  KindScales bias = {.decay_factor = 0};
  KindScales norm = {.decay_factor = 0};
  KindScales head = {};
  bool decay_all = false;

  static constexpr auto fields() {
    return std::tuple{
        field(&Parameters::weight, {.name = "weight", .meaning = "filters and matrices"}),
        field(&Parameters::bias, {.name = "bias", .meaning = "biases"}),
        field(&Parameters::norm,
              {.name = "norm", .meaning = "scales and shifts of normalisations"}),
        field(&Parameters::head,
              {.name = "head", .meaning = "weight of the layer that gives the logits"}),
        field(&Parameters::decay_all,
              {.name = "decay_all",
               .meaning = "biases and norms decay as weights do, whatever is said of them"})};
  }
};

/// Writes the kinds' factors into the targets.
void scale(const Parameters& options, std::span<Target> targets);

}  // namespace temper::optim

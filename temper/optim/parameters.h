#pragma once
#include <cstdint>
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

/// Learning rate and weight decay by the kind of a parameter, and the rate by its layer: in layer l
/// of 0..L it is multiplied by layer_decay^(L - l), as timm's param_groups_layer_decay has it. A
/// kind comes from the type of the module that holds the parameter, a layer from the network's
/// construction, never from a name.
struct Parameters {
  KindScales weight = {};
  KindScales bias = {.decay_factor = 0};
  KindScales norm = {.decay_factor = 0};
  KindScales head = {};
  bool decay_all = false;
  double layer_decay = 1;

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
               .meaning = "biases and norms decay as weights do, whatever is said of them"}),
        field(&Parameters::layer_decay,
              {.name = "layer_decay",
               .meaning = "multiplies the learning rate once for every layer between a parameter's "
                          "and the last; a residual block is one layer; 1: none",
               .bounds = {0, 1, true, false}})};
  }
};

/// Writes the factors of the kinds and layers into the targets.
/// @param layers  of each target, from the input on; unless given all are in the same
void scale(const Parameters& options, std::span<Target> targets,
           std::span<const std::int64_t> layers = {});

}  // namespace temper::optim

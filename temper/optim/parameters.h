#pragma once
#include <cstdint>
#include <span>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/optim/state.h"

namespace temper::optim {

/// Factors for the parameters of one kind.
struct KindScales {
  double lr_factor = 1;
  double decay_factor = 1;

  static constexpr auto fields() {
    return std::tuple{field(&KindScales::lr_factor, {.name = "lr_factor",
                                                     .meaning = "multiplies the learning rate",
                                                     .bounds = {.low = 0},
                                                     .scheduled = true}),
                      field(&KindScales::decay_factor, {.name = "decay_factor",
                                                        .meaning = "multiplies the weight decay",
                                                        .bounds = {.low = 0}})};
  }
};

/// Factors on learning rate and weight decay by the kind of a parameter, and layer-wise learning
/// rate decay: the learning rate of layer l of 0..L is multiplied by layer_decay^(L - l), as in
/// timm's param_groups_layer_decay. The kind is determined by the type of the module that holds the
/// parameter, the layer by the construction of the network, neither by a name.
struct Parameters {
  KindScales weight = {};
  KindScales bias = {.decay_factor = 0};
  KindScales norm = {.decay_factor = 0};
  KindScales head = {};
  bool decay_all = false;
  double layer_decay = 1;

  static constexpr auto fields() {
    return std::tuple{
        field(&Parameters::weight,
              {.name = "weight", .meaning = "convolution filters and weight matrices"}),
        field(&Parameters::bias, {.name = "bias", .meaning = "biases"}),
        field(&Parameters::norm,
              {.name = "norm", .meaning = "scales and shifts of normalization layers"}),
        field(&Parameters::head,
              {.name = "head", .meaning = "weight of the layer that outputs the logits"}),
        field(&Parameters::decay_all, {.name = "decay_all",
                                       .meaning = "applies weight decay to biases and norms as to "
                                                  "weights, overriding their decay_factor"}),
        field(&Parameters::layer_decay,
              {.name = "layer_decay",
               .meaning = "layer-wise learning rate decay: factor on the learning rate for every "
                          "layer above the parameter's; a residual block is one layer; 1: none",
               .bounds = {0, 1, true, false}})};
  }
};

/// Sets the factors of the targets by their kinds and layers.
/// @param layers  the layer of each target, counted from the input; empty: all in the same layer
void scale(const Parameters& options, std::span<Target> targets,
           std::span<const std::int64_t> layers = {});

}  // namespace temper::optim

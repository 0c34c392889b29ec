#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>

#include "temper/optim/decay.h"
#include "temper/optim/fields.h"
#include "temper/optim/state.h"

namespace temper::optim {

/// The definition of RMSProp: PyTorch's, TensorFlow 1's or Keras'.
enum class RmsPropDialect : std::uint8_t { pytorch, tf1, keras };

/// Divides the gradient by its running root mean square.
struct RmsProp {
  double lr = 0.01;
  double alpha = 0.99;
  double eps = 1e-8;
  double momentum = 0;
  bool centered = false;
  double weight_decay = 0;
  Decay decay = Decay::l2;
  DecayScale decay_scale = DecayScale::lr;
  double base_lr = 0;
  RmsPropDialect dialect = RmsPropDialect::pytorch;

  static constexpr std::string_view kind = "rmsprop";
  static constexpr About about = {
      .summary =
          "Divides the gradient by its running root mean square. The dialects differ in where eps "
          "is added, in the initial value of the mean square, and in whether the learning rate is "
          "applied inside the momentum buffer; EfficientNet and MobileNet were trained with tf1.",
      .formula =
          "v <- alpha * v + (1 - alpha) * g^2     v_0: 0; tf1: 1\n"
          "centered: m <- alpha * m + (1 - alpha) * g, and v is replaced by v - m^2 below\n"
          "pytorch:  d = sqrt(v) + eps       b <- momentum * b + g / d         w <- w - lr * b\n"
          "tf1:      d = sqrt(v + eps)       b <- momentum * b + lr * g / d    w <- w - b\n"
          "keras:    as tf1, from v_0 = 0",
      .paper =
          "Tieleman and Hinton 2012, Lecture 6.5; centered: Graves 2013, arXiv:1308.0850; tf1's "
          "eps: Szegedy et al. 2016, arXiv:1512.00567"};
  static constexpr auto fields() {
    return std::tuple{
        lr_field(&RmsProp::lr),
        decay_rate_field(&RmsProp::alpha, "alpha",
                         "smoothing constant: decay rate of the second-moment estimate"),
        eps_field(&RmsProp::eps),
        field(&RmsProp::momentum,
              {.name = "momentum", .meaning = "momentum factor", .bounds = {0, 1, false, true}}),
        field(&RmsProp::centered,
              {.name = "centered",
               .meaning = "divides by the running standard deviation of the gradient instead"}),
        weight_decay_field(&RmsProp::weight_decay),
        decay_field(&RmsProp::decay),
        decay_scale_field(&RmsProp::decay_scale),
        base_lr_field(&RmsProp::base_lr),
        field(&RmsProp::dialect,
              {.name = "dialect",
               .meaning = "implementation that is followed. pytorch: eps is added to the square "
                          "root; tf1 (TensorFlow 1) and keras: eps is added before the square "
                          "root, and the learning rate is part of the momentum buffer; tf1: the "
                          "mean square starts at 1 instead of 0"})};
  }
};

/// The state before the first step: a mean square for each parameter, with momentum also a momentum
/// buffer, with centered also a mean.
State start_rule(const RmsProp& options, std::span<const Target> targets);

void step_rule(const RmsProp& options, std::span<const Target> targets, State& state);

}  // namespace temper::optim

template <>
struct temper::EnumNames<temper::optim::RmsPropDialect> {
  static constexpr std::array<std::string_view, 3> value{"pytorch", "tf1", "keras"};
};

#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <variant>

#include "temper/adversarial/free.h"
#include "temper/adversarial/norm.h"
#include "temper/core/fields.h"

namespace temper::adversarial {

/// The mode of a network while its training images are attacked.
enum class AttackMode : std::uint8_t { evaluation, training };

/// The attack on the images of a training step: PGD, see pgd.h.
struct TrainingAttack {
  Norm norm = Norm::linf;
  double radius = 8.0 / 255;
  double step_size = 2.0 / 255;
  std::int64_t steps = 7;
  AttackMode mode = AttackMode::evaluation;

  static constexpr auto attack_fields() {
    return std::tuple{
        field(&TrainingAttack::norm,
              {.name = "norm",
               .meaning = "norm of the perturbation; linf: the largest change of a sample; l2: the "
                          "Euclidean length of the change of an image"}),
        field(&TrainingAttack::radius,
              {.name = "radius",
               .meaning = "largest perturbation, of samples in [0, 1] before normalization: 8/255 "
                          "is 0.0314; at most 1 for linf",
               .bounds = {.low = 0, .open_low = true},
               .scheduled = true}),
        field(&TrainingAttack::step_size,
              {.name = "step_size",
               .meaning = "step size of the attack; 0: 2.5 * radius / steps",
               .bounds = {.low = 0},
               .scheduled = true}),
        field(&TrainingAttack::steps,
              {.name = "steps",
               .meaning = "steps of the attack, a forward and a backward pass "
                          "each",
               .bounds = {1, 1000}}),
        field(&TrainingAttack::mode,
              {.name = "mode",
               .meaning = "mode of the network during the attack; training: BatchNorm uses the "
                          "statistics of the batch, and random layers are active"})};
  }
};

/// Adversarial training: the loss of attacked images.
struct PgdTraining : TrainingAttack {
  bool random_start = true;

  static constexpr std::string_view kind = "pgd";
  static constexpr About about = {
      .summary =
          "Adversarial training: every step attacks the images of its batch by projected gradient "
          "descent on the cross-entropy, and learns from the attacked images instead. With k steps "
          "of the attack a step of training costs k + 1 forward and backward passes.",
      .formula =
          "min over weights of the mean over images x of max over |d| <= radius of loss(x + d)",
      .paper =
          "Madry et al. 2018, Towards deep learning models resistant to adversarial attacks, "
          "arXiv:1706.06083",
      .for_classes = true};
  static constexpr auto fields() {
    return std::tuple_cat(
        attack_fields(),
        std::tuple{field(&PgdTraining::random_start,
                         {.name = "random_start",
                          .meaning = "begin the attack at a random point within the radius"})});
  }
};

/// TRADES: the loss of the images, and the divergence of the predictions for attacked ones.
struct Trades : TrainingAttack {
  double beta = 6;

  Trades() : TrainingAttack{.radius = 0.031, .step_size = 0.007, .steps = 10} {}

  static constexpr std::string_view kind = "trades";
  static constexpr About about = {
      .summary =
          "TRADES: the loss of the images, plus beta times the Kullback-Leibler divergence of the "
          "predictions for attacked images from those for the images. The attack increases this "
          "divergence, from a point near the image. beta trades accuracy without attack for "
          "accuracy under it.",
      .formula = "loss(x) + beta * mean over images of KL(softmax z(x) || softmax z(x'))",
      .paper =
          "Zhang et al. 2019, Theoretically principled trade-off between robustness and accuracy, "
          "arXiv:1901.08573",
      .for_classes = true};
  static constexpr auto fields() {
    return std::tuple_cat(
        attack_fields(),
        std::tuple{field(&Trades::beta, {.name = "beta",
                                         .meaning = "weight of the divergence, in nats",
                                         .bounds = {.low = 0},
                                         .scheduled = true})});
  }
};

/// train/perturb.h uses it: images of a step are attacked as its alternatives say.
using Training = std::variant<PgdTraining, Trades, FreeTraining>;

/// The attack that precedes each step; null for free adversarial training, which has none.
inline const TrainingAttack* attack_of(const Training& training) {
  if (const auto* pgd = std::get_if<PgdTraining>(&training)) return pgd;
  return std::get_if<Trades>(&training);
}

/// How far images are changed.
struct Limit {
  Norm norm = Norm::linf;
  double radius = 0;
};

inline Limit limit_of(const Training& training) {
  return std::visit([](const auto& one) { return Limit{one.norm, one.radius}; }, training);
}

}  // namespace temper::adversarial

template <>
struct temper::EnumNames<temper::adversarial::AttackMode> {
  static constexpr std::array<std::string_view, 2> value{"evaluation", "training"};
};

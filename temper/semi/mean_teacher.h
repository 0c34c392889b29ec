#pragma once
#include <ATen/core/Tensor.h>

#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/semi/inputs.h"
#include "temper/semi/teacher.h"

namespace temper::semi {

/// Mean teacher: predictions are trained to match those of a moving average of the network.
struct MeanTeacher : TeacherOptions {
  double weight = 100;

  static constexpr std::string_view kind = "mean_teacher";
  static constexpr About about = {
      .summary =
          "Mean teacher: the predictions for unlabeled images are trained to match those of a "
          "teacher, a moving average of the network, for another weakly augmented view. The weight "
          "grows by a sigmoid-shaped warm-up: { schedule = \"constant\", value = 100, warmup = { "
          "epochs = 80, form = \"sigmoid\" } }. To evaluate the teacher, give averaging the same "
          "decay.",
      .formula =
          "weight / m * sum_i 1 / c * |softmax(z_i) - softmax(z'_i)|^2,  z' of the teacher\n"
          "after step t: w' <- d w' + (1 - d) w,  d = min(1 - 1 / (t + 1), ema_decay)",
      .paper = "Tarvainen and Valpola 2017, Mean teachers are better role models, arXiv:1703.01780",
      .for_classes = true};
  static constexpr auto fields() {
    return std::tuple_cat(
        std::tuple{field(&MeanTeacher::weight,
                         {.name = "weight",
                          .meaning = "weight of the loss of the unlabeled images, a mean over the "
                                     "classes",
                          .bounds = {.low = 0},
                          .scheduled = true})},
        TeacherOptions::fields());
  }

  [[nodiscard]] static Views views() { return {.weak = 2}; }
};

/// @param inputs  with the logits of the first view and the teacher's probabilities for the second
/// @return float [m]; their mean times the weight is the loss
at::Tensor row_losses(const MeanTeacher& options, const Inputs& inputs);

}  // namespace temper::semi

#pragma once
#include <ATen/core/Tensor.h>

#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/loss/inputs.h"

namespace temper::loss {

/// Feature distillation: the direction alignment loss of Chen et al., the cosine distance of the
/// penultimate features, with a single linear projection of the student's where the widths differ
/// (train/projection.h).
struct FeatureDistillation {
  double weight = 1;

  static constexpr std::string_view kind = "features";
  static constexpr About about = {
      .summary =
          "Feature distillation: the features that the student gives its last layer are pulled "
          "towards the direction of the teacher's. Where the widths differ, a linear layer with a "
          "bias, which is trained along and is not part of the saved network, brings the student's "
          "features s to the width of the teacher's, t.",
      .formula =
          "weight * mean over rows of (1 - cos(P s, t)), "
          "cos(a, b) = a . b / (max(|a|, 1e-8) max(|b|, 1e-8)); P: the projection, or the "
          "identity",
      .paper =
          "Chen et al. 2022, Improved feature distillation via projector ensemble, "
          "arXiv:2210.15274, with one projector that is linear; without a projection: Iscen et "
          "al. 2021, Class-balanced distillation for long-tailed visual recognition, "
          "arXiv:2104.05279",
      .for_classes = true};
  static constexpr auto fields() {
    return std::tuple{field(
        &FeatureDistillation::weight,
        {.name = "weight",
         .meaning = "weight of the cosine distance, which is added to the other losses; with "
                    "distillation.weight = 0 it is the only distillation loss, and the teacher may "
                    "have other classes",
         .bounds = {.low = 0},
         .scheduled = true})};
  }
};

/// The mean cosine distance over the rows that have a label.
/// @param student  floating [n, d], projected to the teacher's width
/// @param teacher  floating [n, d]; it gets no gradient
/// @return a scalar in [0, 2], in at least float32
/// @throws Error{Code::usage} for features of different shapes
at::Tensor feature_distance(const at::Tensor& student, const at::Tensor& teacher,
                            const Inputs& inputs);

}  // namespace temper::loss

#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "temper/data/loader/batch.h"
#include "temper/loss/inputs.h"
#include "temper/mix/plan.h"
#include "temper/recipe/recipe.h"
#include "temper/train/state.h"

namespace temper::train {

/// What training minimizes: input -> logits -> loss. The loss is a sum of terms: that of the labels
/// and of the teacher, over the labeled rows, the consistency of the views, over all rows, and that
/// of the unlabeled images of semi-supervised training. The penalties on the weights are added to
/// its gradient.
class Objective {
 public:
  /// The outputs for a batch.
  struct Logits {
    at::Tensor all;      ///< of all views, those of an image one after the other
    at::Tensor first;    ///< of the first views
    at::Tensor teacher;  ///< the teacher's for the first views, or those of its table for the
                         ///< images, without a graph; undefined without recipe.distillation

    // With recipe.distillation.features, undefined without:
    at::Tensor features = {};          ///< the student's for the first views, projected
    at::Tensor teacher_features = {};  ///< without a graph

    /// With recipe.semi: of the views of the unlabeled images, float [m, views, classes].
    at::Tensor unlabelled = {};
  };

  /// A forward pass of the next step, from which random layers draw.
  struct Pass {
    std::int64_t index = 0;      ///< 1 for the second one of sharpness-aware minimization; the
                                 ///< others are those of perturb.h
    std::int64_t first_row = 0;  ///< of the whole batch, where the given one is a micro-batch
    const mix::Plan* features = nullptr;  ///< how the output of a stage is mixed; null: it is not
  };

  /// The divisors of the terms' means over a batch.
  struct Divisors {
    loss::Counts labels;
    double rows = 0;
  };

  /// Throws Error{Code::usage} where the recipe asks for a teacher and the state has none.
  /// @param recipe  with the step's scheduled values, see prepare()
  Objective(const recipe::Recipe& recipe, const State& state);

  /// Sets the rates and the random draws of the network's random layers, and computes the logits.
  /// Throws Error{Code::usage} where the batch has another number of views than the recipe says.
  /// @param batch  on the network's device
  [[nodiscard]] Logits forward(const data::Batch& batch, Pass pass) const;

  /// The loss of a batch, or of a micro-batch: its share, so that the losses of all micro-batches
  /// add up to that of the batch.
  /// @param whole  divisors() of the batch that a micro-batch is a part of
  [[nodiscard]] at::Tensor loss(const data::Batch& batch, const Logits& logits,
                                const std::optional<Divisors>& whole = {}) const;
  [[nodiscard]] Divisors divisors(const data::Batch& batch) const;

  /// The loss of the labels and of the teacher for each row alone; NaN for a row without a label.
  [[nodiscard]] std::vector<double> row_losses(const data::Batch& batch,
                                               const Logits& logits) const;

  /// The term of TRADES: beta times the divergence of the predictions for attacked images from
  /// those for the images themselves, averaged over the rows of the batch; a micro-batch's share as
  /// in loss().
  /// @param clean, attacked  logits of both
  [[nodiscard]] at::Tensor attack_loss(const data::Batch& batch, const at::Tensor& clean,
                                       const at::Tensor& attacked,
                                       const std::optional<Divisors>& whole = {}) const;

  /// Adds the gradient of the penalties to that of the loss.
  void add_penalty_gradient() const;

  /// Images as they were before normalization, with samples in [0, 1]. Throws
  /// Error{Code::usage} where the state has no normalization of the images' channels.
  [[nodiscard]] at::Tensor pixels(const at::Tensor& images) const;
  /// The opposite: samples in [0, 1], normalized. Throws as pixels() does.
  [[nodiscard]] at::Tensor normalised(const at::Tensor& pixels) const;

 private:
  void require_normalisation(const at::Tensor& images) const;
  [[nodiscard]] at::Tensor input(const data::Batch& batch) const;
  [[nodiscard]] at::Tensor pass_of(const at::Tensor& images, Pass pass,
                                   std::int64_t images_by_row) const;
  [[nodiscard]] Logits forward_both(const data::Batch& batch, Pass pass) const;
  [[nodiscard]] Logits forward_interleaved(const data::Batch& batch, Pass pass) const;
  [[nodiscard]] bool distills_features() const;
  void ask_teacher(const data::Batch& batch, Logits& logits) const;
  [[nodiscard]] at::Tensor label_loss(const loss::Inputs& inputs, const Logits& logits) const;

  const recipe::Recipe& recipe_;
  const State& state_;
};

/// The weights with weight decay, to which penalties and norm constraints apply as well. Excludes
/// frozen weights, and those that are not updated because they have no gradient.
std::vector<at::Tensor> decayed_weights(const recipe::Recipe& recipe, const State& state);

}  // namespace temper::train

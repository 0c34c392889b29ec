#include "temper/train/objective.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include <limits>
#include <optional>
#include <variant>
#include <vector>

#include "temper/adversarial/losses.h"
#include "temper/core/error.h"
#include "temper/loss/consistency.h"
#include "temper/loss/distillation.h"
#include "temper/loss/loss.h"
#include "temper/mix/apply.h"
#include "temper/model/head_inputs.h"
#include "temper/train/projection.h"
#include "temper/train/teacher.h"
#include "temper/train/unlabelled_rows.h"

namespace temper::train {
namespace {

constexpr std::int64_t kUnlabelledPass = 2;  ///< where unlabeled images have a pass of their own
constexpr std::int64_t kInterleavedPass =
    100;  ///< before the first of theirs, where they have many

at::Tensor by_channel(const std::vector<double>& values, const at::Tensor& images) {
  return at::tensor(values, images.options()).view({1, -1, 1, 1});
}

}  // namespace

Objective::Objective(const recipe::Recipe& recipe, const State& state)
    : recipe_(recipe), state_(state) {
  if (!recipe.distillation || state.teacher) return;
  if (!state.teacher_logits.defined() || recipe.distillation->features)
    throw Error(Code::usage,
                "recipe.distillation needs a teacher and the state has none; let begin() load it, "
                "or set State::teacher to a network of your own, or, without features, "
                "State::teacher_logits");
}

bool Objective::distills_features() const {
  return recipe_.distillation && recipe_.distillation->features;
}

/// The logits of a pass.
/// @param images_by_row  number of images for each row of the batch, one row after the other
at::Tensor Objective::pass_of(const at::Tensor& images, Pass pass,
                              std::int64_t images_by_row) const {
  auto& network = *state_.network;
  if (const auto* random = model::random_options(recipe_.model)) network.update_rates(*random);
  network.begin({.seed = static_cast<std::uint64_t>(recipe_.seed),
                 .step = state_.step,
                 .pass = pass.index,
                 .first_row = pass.first_row * images_by_row});
  if (pass.features == nullptr) return network.forward(images);
  const model::StageTransform transform{
      .stage = pass.features->stage(),
      .apply = [&](const at::Tensor& maps) { return mix::mix_features(*pass.features, maps); }};
  return network.forward(images, &transform);
}

/// Of the labeled and unlabeled images in passes of as many images as there are labeled ones, each
/// with images of all kinds; the first one updates the running statistics.
Objective::Logits Objective::forward_interleaved(const data::Batch& batch, Pass pass) const {
  const auto rows = batch.ids.size(0);
  const auto views = std::ssize(batch.unlabelled->views);
  auto groups = groups_of(*batch.unlabelled, rows);
  groups.insert(groups.begin(), batch.views.front());
  groups = interleaved(groups);
  std::vector<at::Tensor> logits;
  for (const auto& images : groups) {
    const auto index = std::ssize(logits);
    if (index == 1) state_.network->set_statistics_momentum(0.0);
    logits.push_back(pass_of(
        images.contiguous(at::MemoryFormat::ChannelsLast),
        {.index = index == 0 ? pass.index : kInterleavedPass + index, .first_row = pass.first_row},
        1));
  }
  state_.network->set_statistics_momentum({});
  logits = interleaved(logits);
  Logits result;
  result.first = result.all = logits.front();
  const auto others = at::cat(std::vector<at::Tensor>(logits.begin() + 1, logits.end()));
  result.unlabelled = others.unflatten(0, {views, -1}).transpose(0, 1);
  return result;
}

/// Of the labeled and unlabeled images: in one pass, each row of the batch followed by its
/// unlabeled images, so that a micro-batch draws the same random numbers as its rows do in the
/// whole batch; or in two.
Objective::Logits Objective::forward_both(const data::Batch& batch, Pass pass) const {
  const auto views = semi::trained_views(recipe_.semi->method);
  if (!batch.unlabelled || std::ssize(batch.unlabelled->views) != views)
    throw Error(Code::usage, {.option = "semi"},
                fmt::format("semi.method trains on {} views of unlabeled images, which the batch "
                            "does not have; give it what with_targets() makes of it",
                            views));
  const auto statistics = recipe_.semi->batch_norm;
  if (statistics == recipe::SemiStatistics::interleaved) return forward_interleaved(batch, pass);
  const auto& others = *batch.unlabelled;
  const auto rows = batch.ids.size(0);
  const auto each = others.ids.size(0) / rows * views;
  Logits logits;
  if (statistics != recipe::SemiStatistics::all) {
    logits.first = logits.all = pass_of(batch.views.front(), pass, 1);
    if (statistics == recipe::SemiStatistics::labelled)
      state_.network->set_statistics_momentum(0.0);
    const auto all = pass_of(side_by_side({}, others),
                             {.index = kUnlabelledPass, .first_row = pass.first_row}, each);
    state_.network->set_statistics_momentum({});
    logits.unlabelled = all.unflatten(0, {-1, views});
    return logits;
  }
  logits.all = pass_of(side_by_side(batch.views.front(), others), pass, 1 + each);
  const auto by_row = logits.all.unflatten(0, {rows, 1 + each});
  logits.first = by_row.select(1, 0);
  logits.unlabelled = by_row.narrow(1, 1, each).reshape({-1, views, by_row.size(2)});
  return logits;
}

Objective::Logits Objective::forward(const data::Batch& batch, Pass pass) const {
  if (recipe_.semi) return forward_both(batch, pass);
  Logits logits;
  if (recipe_.distillation) ask_teacher(batch, logits);
  const auto views = recipe_.consistency ? recipe_.consistency->views : 1;
  const auto first_views = [&](const at::Tensor& all) {
    return recipe_.consistency ? all.unflatten(0, {-1, views}).select(1, 0) : all;
  };
  std::optional<model::HeadInputs> read;
  if (distills_features()) read.emplace(*state_.network);
  logits.all = pass_of(input(batch), pass, views);
  logits.first = first_views(logits.all);
  if (read) logits.features = project(state_.projection, first_views(read->found().back()));
  return logits;
}

void Objective::ask_teacher(const data::Batch& batch, Logits& logits) const {
  const at::NoGradGuard guard;
  if (!state_.teacher) {
    logits.teacher = state_.teacher_logits.index_select(0, batch.ids);
    return;
  }
  std::optional<model::HeadInputs> read;
  if (distills_features()) read.emplace(*state_.teacher);
  logits.teacher = state_.teacher->forward(batch.views.front());
  if (read) logits.teacher_features = read->found().back();
}

/// The images of all views, those of an image one after the other, so that a micro-batch draws the
/// same random numbers as its rows do in the whole batch.
at::Tensor Objective::input(const data::Batch& batch) const {
  if (!recipe_.consistency) return batch.views.front();
  if (std::ssize(batch.views) != recipe_.consistency->views)
    throw Error(Code::usage,
                fmt::format("consistency.views = {}, but the batch has {} views of its images",
                            recipe_.consistency->views, batch.views.size()));
  return at::stack(batch.views, 1).flatten(0, 1).contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor Objective::label_loss(const loss::Inputs& inputs, const Logits& logits) const {
  auto loss = loss::compute(recipe_.loss, inputs);
  if (!recipe_.distillation) return loss;
  const auto& options = *recipe_.distillation;
  if (teaches_logits(recipe_))
    loss = loss::combine_with_distillation(options, loss, logits.teacher, inputs);
  if (!options.features) return loss;
  return loss.add(loss::feature_distance(logits.features, logits.teacher_features, inputs),
                  options.features->weight);
}

Objective::Divisors Objective::divisors(const data::Batch& batch) const {
  return {loss::count(recipe_.loss, batch.targets, batch.labelled),
          static_cast<double>(batch.ids.size(0))};
}

at::Tensor Objective::loss(const data::Batch& batch, const Logits& logits,
                           const std::optional<Divisors>& whole) const {
  loss::Inputs inputs{.logits = logits.first,
                      .targets = batch.targets,
                      .labelled = batch.labelled,
                      .prior = state_.prior};
  double labels_share = 1;
  if (whole && loss::needs_batch_counts(recipe_.loss))
    inputs.whole = whole->labels;
  else if (whole && whole->labels.rows > 0)
    labels_share = batch.labelled.sum().item<double>() / whole->labels.rows;
  auto loss = label_loss(inputs, logits);
  if (labels_share != 1) loss = loss.mul(labels_share);
  if (recipe_.semi) {
    const auto rows = whole ? whole->rows : static_cast<double>(batch.ids.size(0));
    return loss.add(semi::loss(recipe_.semi->method,
                               {.logits = logits.unlabelled, .targets = batch.unlabelled->targets},
                               rows * static_cast<double>(recipe_.semi->ratio)));
  }
  if (!recipe_.consistency) return loss;
  const auto rows_share = whole ? static_cast<double>(batch.ids.size(0)) / whole->rows : 1;
  return loss.add(loss::consistency_loss(*recipe_.consistency, logits.all), rows_share);
}

std::vector<double> Objective::row_losses(const data::Batch& batch, const Logits& logits) const {
  std::vector<double> losses;
  for (std::int64_t row = 0; row < batch.ids.size(0); ++row) {
    const auto of_row = [row](const at::Tensor& tensor) {
      return tensor.defined() ? tensor.narrow(0, row, 1) : tensor;
    };
    losses.push_back(batch.labelled[row].item<bool>()
                         ? label_loss({.logits = of_row(logits.first),
                                       .targets = of_row(batch.targets),
                                       .prior = state_.prior},
                                      {.all = {},
                                       .first = of_row(logits.first),
                                       .teacher = of_row(logits.teacher),
                                       .features = of_row(logits.features),
                                       .teacher_features = of_row(logits.teacher_features)})
                               .item<double>()
                         : std::numeric_limits<double>::quiet_NaN());
  }
  return losses;
}

at::Tensor Objective::attack_loss(const data::Batch& batch, const at::Tensor& clean,
                                  const at::Tensor& attacked,
                                  const std::optional<Divisors>& whole) const {
  const auto& trades = std::get<adversarial::Trades>(*recipe_.adversarial);
  const auto rows = whole ? whole->rows : static_cast<double>(batch.ids.size(0));
  // p log p has no derivative at 0, which a confident network's probabilities are rounded to.
  const auto likely =
      at::softmax(clean, 1, at::kFloat).clamp_min(std::numeric_limits<float>::min());
  return adversarial::divergence_rows(attacked, likely).sum().mul(trades.beta / rows);
}

void Objective::add_penalty_gradient() const {
  if (recipe_.penalty)
    regularize::add_penalty_gradient(*recipe_.penalty, decayed_weights(recipe_, state_));
}

void Objective::require_normalisation(const at::Tensor& images) const {
  const auto channels = std::ssize(state_.normalisation.mean);
  if (channels != images.size(1))
    throw Error(Code::usage,
                fmt::format("the state has a normalization of {} channels and the images have {}; "
                            "let begin() set it, or set State::normalisation to that of the images",
                            channels, images.size(1)));
}

at::Tensor Objective::pixels(const at::Tensor& images) const {
  require_normalisation(images);
  const auto& normalisation = state_.normalisation;
  return images.mul(by_channel(normalisation.std, images))
      .add(by_channel(normalisation.mean, images));
}

at::Tensor Objective::normalised(const at::Tensor& pixels) const {
  require_normalisation(pixels);
  const auto& normalisation = state_.normalisation;
  return pixels.sub(by_channel(normalisation.mean, pixels))
      .div(by_channel(normalisation.std, pixels));
}

std::vector<at::Tensor> decayed_weights(const recipe::Recipe& recipe, const State& state) {
  const bool all = !model::freezes_skipped_blocks(recipe.model);
  std::vector<at::Tensor> weights;
  for (const auto& target : state.targets)
    if (target.decay_scale != 0 && target.value.requires_grad() &&
        (all || target.value.grad().defined()))
      weights.push_back(target.value);
  return weights;
}

}  // namespace temper::train

#include "temper/evaluate/evaluate.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/data/sources/subset.h"
#include "temper/data/sources/values.h"
#include "temper/distributed/group.h"
#include "temper/measure/accuracy.h"
#include "temper/measure/likelihood.h"
#include "temper/train/data_parallel.h"
#include "temper/train/guard.h"
#include "temper/train/precision.h"

namespace temper::evaluate {
namespace {

/// @param logits  of all images, in their order
measure::ValuePredictions values_of(const at::Tensor& logits, const data::Source& images,
                                    const data::ValueScale& scale) {
  const auto all = data::all_values(images);
  const auto targets = at::tensor(all, at::kDouble).view({images.size(), -1});
  return {in_units(logits, scale), in_units(targets, scale), scale.deviation};
}

/// Those of this process alone. Throws Cancelled, and the Error of another rank that has failed.
Predictions own_predictions(model::Network& network, const train::Plan& plan,
                            const std::shared_ptr<const data::Source>& images,
                            const augment::View& view, const std::function<bool()>& cancel) {
  std::vector<at::Tensor> logits;
  std::vector<at::Tensor> labels;
  auto reading = plan.evaluation;
  if (reading.fit) reading.fit->view = view;
  data::Loader loader(images, std::move(reading));
  loader.start(0);
  while (const auto* batch = loader.next()) {
    if (cancel && cancel()) throw Cancelled{};
    if (plan.group) plan.group->check();
    logits.push_back(
        network.forward(batch->views.front().to(plan.device)).to(at::kCPU, at::kFloat));
    labels.push_back(batch->labels.clone());
  }
  return {at::cat(logits), at::cat(labels)};
}

/// Those of all ranks, each of which reads a part of the images.
Predictions predictions_of_ranks(model::Network& network, const train::Plan& plan,
                                 const std::shared_ptr<const data::Source>& images,
                                 const augment::View& view, const std::function<bool()>& cancel) {
  auto& group = *plan.group;
  const auto rows = distributed::rows_of(images->size(), group.rank(), group.size());
  auto logits = at::empty({0, plan.task.classes}, at::kFloat);
  bool cancelled = false;
  if (rows.count > 0) {
    std::vector<std::int64_t> own(static_cast<std::size_t>(rows.count));
    std::iota(own.begin(), own.end(), rows.first);
    try {
      logits = own_predictions(network, plan,
                               std::make_shared<data::Subset>(images, std::move(own)), view, cancel)
                   .logits;
    } catch (const Cancelled&) {
      cancelled = true;
    }
  }
  if (train::any_of(group, cancelled)) throw Cancelled{};
  const auto labels = at::empty({images->size()}, at::kLong);
  auto* const label = labels.mutable_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < images->size(); ++i) label[i] = images->label(i);
  return {group.gather_rows(logits, images->size()), labels};
}

}  // namespace

void require_finite(const at::Tensor& logits, const model::Network& network) {
  if (std::isfinite(logits.sum(at::kDouble).item<double>())) return;
  if (const auto name = train::find_not_finite(train::weights(network)))
    throw Error(Code::numerical,
                fmt::format("the predictions are not finite, because {} of the network is not; "
                            "evaluate weights that were saved earlier, or train again",
                            *name));
}

at::Tensor in_units(const at::Tensor& outputs, const data::ValueScale& scale) {
  return outputs.to(at::kDouble)
      .mul(at::tensor(scale.deviation, at::kDouble))
      .add(at::tensor(scale.mean, at::kDouble));
}

Predictions predict(model::Network& network, const train::Plan& plan,
                    const std::shared_ptr<const data::Source>& images,
                    const std::function<bool()>& cancel) {
  return predict_view(network, plan, images, {}, cancel);
}

Predictions predict_view(model::Network& network, const train::Plan& plan,
                         const std::shared_ptr<const data::Source>& images,
                         const augment::View& view, const std::function<bool()>& cancel) {
  if (images->size() == 0)
    throw Error(Code::data, "there are no images to evaluate on: the set is empty");
  const c10::InferenceMode inference;
  network.train(false);
  network.set_format(train::format_of(plan.recipe.precision));
  auto predictions = plan.group ? predictions_of_ranks(network, plan, images, view, cancel)
                                : own_predictions(network, plan, images, view, cancel);
  require_finite(predictions.logits, network);
  if (plan.is_regression()) predictions.values = values_of(predictions.logits, *images, plan.scale);
  return predictions;
}

train::Score score(const Predictions& predictions) {
  if (const auto& values = predictions.values)
    return {.loss = measure::squared_errors(*values).mean().item<double>(),
            .accuracy = std::numeric_limits<double>::quiet_NaN(),
            .count = values->targets.size(0),
            .errors = measure::mean_of(measure::errors(*values))};
  return {measure::negative_log_likelihood(predictions.logits, predictions.labels),
          measure::top_k_accuracy(predictions.logits, predictions.labels),
          predictions.labels.size(0)};
}

measure::WeightNorms weight_norms(const model::Network& network) {
  std::vector<at::Tensor> weights;
  for (const auto& parameter : network.parameters())
    if (parameter.kind == model::ParameterKind::weight ||
        parameter.kind == model::ParameterKind::head)
      weights.push_back(parameter.value);
  return measure::weight_norms(weights);
}

}  // namespace temper::evaluate

#include "temper/train/evaluate.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <c10/core/InferenceMode.h>

#include <vector>

#include "temper/core/error.h"
#include "temper/measure/accuracy.h"
#include "temper/measure/likelihood.h"
#include "temper/train/precision.h"

namespace temper::train {

Predictions predict(model::Network& network, const Plan& plan,
                    const std::shared_ptr<const data::Source>& images,
                    const std::function<bool()>& cancel) {
  if (images->size() == 0)
    throw Error(Code::data, "there are no images to evaluate on: the set is empty");
  const c10::InferenceMode inference;
  const PrecisionScope scope(plan.recipe.precision, plan.device.type());
  network.train(false);
  std::vector<at::Tensor> logits;
  std::vector<at::Tensor> labels;
  data::Loader loader(images, plan.evaluation);
  loader.start(0);
  while (const auto* batch = loader.next()) {
    if (cancel && cancel()) throw Cancelled{};
    logits.push_back(
        network.forward(batch->views.front().to(plan.device)).to(at::kCPU, at::kFloat));
    labels.push_back(batch->labels.clone());
  }
  return {at::cat(logits), at::cat(labels)};
}

Score score(const Predictions& predictions) {
  return {measure::negative_log_likelihood(predictions.logits, predictions.labels),
          measure::top_k_accuracy(predictions.logits, predictions.labels),
          predictions.labels.size(0)};
}

measure::Gap gap(model::Network& network, const Plan& plan, const Predictions& validation,
                 const std::function<bool()>& cancel) {
  const auto trained = predict(network, plan, plan.probe, cancel);
  return measure::generalisation_gap(trained.logits, trained.labels, validation.logits,
                                     validation.labels);
}

measure::WeightNorms weight_norms(const model::Network& network) {
  std::vector<at::Tensor> weights;
  for (const auto& parameter : network.parameters())
    if (parameter.kind == model::ParameterKind::weight ||
        parameter.kind == model::ParameterKind::head)
      weights.push_back(parameter.value);
  return measure::weight_norms(weights);
}

}  // namespace temper::train

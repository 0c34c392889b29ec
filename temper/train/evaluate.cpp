#include "temper/train/evaluate.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <c10/core/InferenceMode.h>

#include "temper/measure/accuracy.h"
#include "temper/measure/likelihood.h"
#include "temper/train/precision.h"

namespace temper::train {

Predictions predict(model::Network& network, const Plan& plan,
                    const std::shared_ptr<const data::Source>& images,
                    const std::function<bool()>& cancel) {
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

}  // namespace temper::train

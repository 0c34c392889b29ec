#include "temper/evaluate/fit_head.h"

#include <ATen/core/grad_mode.h>

#include <memory>
#include <utility>

#include "temper/data/sources/subset.h"
#include "temper/evaluate/evaluate.h"
#include "temper/evaluate/feature_baselines.h"
#include "temper/evaluate/features.h"
#include "temper/train/clock.h"
#include "temper/train/pretrained.h"

namespace temper::evaluate {
namespace {

/// The rows of the training images that have a label.
std::vector<std::int64_t> labelled_rows(const data::Source& images) {
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < images.size(); ++i)
    if (images.label(i) >= 0) rows.push_back(i);
  return rows;
}

std::shared_ptr<const data::Source> labelled_images(
    const std::shared_ptr<const data::Source>& images) {
  auto rows = labelled_rows(*images);
  if (std::ssize(rows) == images->size()) return images;
  return std::make_shared<data::Subset>(images, std::move(rows));
}

LabelledFeatures features_and_labels(model::Network& network, const train::Plan& plan,
                                     const std::shared_ptr<const data::Source>& images,
                                     const std::function<bool()>& cancel) {
  auto found = features(network, plan, images, cancel);
  return {std::move(found.activations), std::move(found.labels)};
}

}  // namespace

std::optional<train::LinearProbed> fit_head(train::State& state, const train::Plan& plan,
                                            const std::function<bool()>& cancel) {
  if (!model::probes_head(plan.recipe.pretrained)) return std::nullopt;
  const train::Stopwatch watch;
  auto& network = *state.network;
  const auto layer = train::last_layer(plan, network);
  auto reading = plan;
  reading.evaluation.skip_bad = plan.training.skip_bad;
  const auto known = features_and_labels(network, reading, labelled_images(plan.train), cancel);
  const auto tested =
      plan.validation ? features_and_labels(network, reading, plan.validation, cancel) : known;
  const auto [score, probe] = score_probe(known, tested, plan.task.classes,
                                          {.c = plan.recipe.pretrained->probe_c,
                                           .tolerance = kHeadTolerance,
                                           .most_iterations = kHeadIterations,
                                           .cancel = cancel});
  if (cancel && cancel()) throw Cancelled{};
  {
    const at::NoGradGuard guard;
    layer.weight.copy_(probe.weight);
    layer.bias.copy_(probe.bias);
  }
  network.train(true);
  train::restart(state, plan.recipe, plan.horizon);
  return train::LinearProbed{.images = known.features.size(0),
                             .features = known.features.size(1),
                             .iterations = probe.iterations,
                             .converged = probe.converged,
                             .split = plan.validation ? "validation" : "train",
                             .accuracy = score.accuracy(),
                             .count = score.images,
                             .seconds = watch.seconds()};
}

std::vector<std::int64_t> fit_sizes(const train::Plan& plan, std::int64_t features) {
  if (!model::probes_head(plan.recipe.pretrained)) return {};
  constexpr std::int64_t kFloat = sizeof(float), kDouble = sizeof(double);
  constexpr std::int64_t kOutputs = 4;   // logits, their logarithms, exponentials and slopes
  constexpr std::int64_t kVectors = 25;  // of L-BFGS: points, and pairs of differences
  const auto n = std::ssize(labelled_rows(*plan.train)), classes = plan.task.classes;
  const auto validated = plan.validation ? plan.validation->size() : 0;
  // The features twice in float: joined from those of batches, and in the end once in float and
  // once in double.
  std::vector<std::int64_t> bytes{(n + validated) * features * kFloat,
                                  n * (features + 1) * kDouble};
  bytes.insert(bytes.end(), kOutputs, n * classes * kDouble);
  bytes.insert(bytes.end(), kVectors, classes * (features + 1) * kDouble);
  return bytes;
}

}  // namespace temper::evaluate
